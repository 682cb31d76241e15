import { RUNNER_VARIABLES } from "../worker/src/command/runnerVariables.ts";

/** The folder of the certificate authority in every pod. */
export const CA_FOLDER = "/etc/postgresql-ca";

/** The folder of the runner in a pod of a command: its own Node.js and the worker. */
export const RUNNER_FOLDER = "/batch";

/** The folder of the files that the runner and a command share. */
export const FILES_FOLDER = "/run/batch";

/** The init container that brings the runner into a pod of a command. */
export const RUNNER_CONTAINER = "runner";

/** The volumes that a worker's pod adds. */
export const RESERVED_VOLUMES: readonly string[] = ["ca", "runner", "files", "tmp"];

/** Variables of Node.js and of the C library that would change how the runner itself starts. */
const RUNTIME_VARIABLES: readonly string[] = ["NODE_OPTIONS", "LD_PRELOAD", "OPENSSL_CONF"];

/** Whether the worker, or its PostgreSQL client, reads the variable. */
export function isReservedVariable(name: string): boolean {
  return /^(PG|BATCH_|WORKER_|SCALER_)/.test(name) || RUNNER_VARIABLES.has(name) || RUNTIME_VARIABLES.includes(name);
}

/** Whether something mounted there would hide what the worker needs. */
export function isReservedPath(path: string): boolean {
  const folder = path.replace(/\/+$/, "");
  return [CA_FOLDER, RUNNER_FOLDER, FILES_FOLDER, "/app/batch"].some(
    (own) => folder === own || folder.startsWith(`${own}/`) || own.startsWith(`${folder}/`),
  );
}
