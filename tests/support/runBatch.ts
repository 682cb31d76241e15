import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { TestContext } from "node:test";
import { Cluster } from "../../simulator/cluster.ts";
import { poll } from "../../simulator/poll.ts";
import { Database } from "../../worker/src/database.ts";
import { noopLog } from "../../worker/src/log.ts";

/**
 * Runs the claps of the database `postgres` that is reached at this port without a password, at most 4 at once, as KEDA and Kubernetes do;
 * the pods' output goes to the file `log`.
 */
export function runBatch(t: TestContext, port: number, log: string) {
  const where = { host: "127.0.0.1", port, name: "postgres", password: "any", databaseTimeoutSeconds: 60 };
  const database = new Database({ ...where, user: "batch_scaler" }, noopLog);
  t.after(() => database.close());
  const login = { PG_HOST: where.host, PG_PORT: String(port), PG_USERNAME: "batch_worker", PG_DATABASE: where.name };
  const cluster = new Cluster({
    backoff: { backoffLimit: 4, backoffSeconds: 0.5 },
    graceSeconds: 5,
    env: { ...login, KIND: "clap", BACKOFF_SECONDS: "0.5" },
    execPrefix: () => ["sh", "-c", `exec "$@" >> '${log}'`, "pod"],
    onUnexpectedExit: (pod, exitCode) => assert.fail(`${pod} ended with exit code ${exitCode}`),
  });
  t.after(() => cluster.stop());
  const settings = { requestsPerJob: 1, maxReplicaCount: 4, pollingInterval: 1 };
  const { signal } = new AbortController();
  const read = () => readFile(log, "utf8");
  return {
    /** Resolves when no request is left. */
    ended: poll(settings, database, cluster, signal),
    /** What every pod has said so far, whatever the database says. */
    log: read,
    /** How often work has begun. */
    beginnings: async () => (await read()).split('"clapping"').length - 1,
  };
}
