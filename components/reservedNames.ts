import { posix } from "node:path";
import { RUNNER_VARIABLES } from "../worker/src/command/runnerVariables.ts";

/** Where pods mount the certificate authority. */
export const CA_FOLDER = "/etc/postgresql-ca";

/** The runner's folder in the pods of commands: its own Node.js and the worker. */
export const RUNNER_FOLDER = "/batch";

/** The folder of the files that the runner and the command share. */
export const FILES_FOLDER = "/run/batch";

/** The init container that copies the runner into the pods of commands. */
export const RUNNER_CONTAINER = "runner";

/** The container of a migration; `podSpecPatch` applies to its pod as well. */
export const MIGRATION_CONTAINER = "migrate";

/** Volume names that the worker's pods use. */
export const RESERVED_VOLUMES: readonly string[] = ["ca", "runner", "files", "tmp"];

/** Variables of Node.js, the C library and OpenSSL that would change how the runner itself starts. */
export const RUNTIME_VARIABLES: readonly string[] = ["NODE_OPTIONS", "LD_PRELOAD", "OPENSSL_CONF"];

/** Whether the worker, its runtime or its PostgreSQL client reads the variable. */
export function isReservedVariable(name: string): boolean {
  return /^(PG|BATCH_|WORKER_|SCALER_)/.test(name) || RUNNER_VARIABLES.has(name) || RUNTIME_VARIABLES.includes(name);
}

/** Whether a mount at this path would hide a folder that the worker needs. */
export function isReservedPath(path: string): boolean {
  // "//batch" and "/x/../batch" are the same folder.
  const folder = posix.resolve("/", path).replace(/^\/$/, "");
  return [CA_FOLDER, RUNNER_FOLDER, FILES_FOLDER, "/app/batch"].some(
    (own) => folder === own || folder.startsWith(`${own}/`) || own.startsWith(`${folder}/`),
  );
}
