import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cluster } from "../../simulator/cluster.ts";
import { poll } from "../../simulator/poll.ts";
import { startServer } from "../../simulator/server.ts";
import { createConnections } from "../../tests/support/createConnections.ts";
import { HELD_SESSIONS } from "../../tests/support/sessionLocks.ts";
import { until } from "../../tests/support/until.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { insertRequests } from "./requests.ts";

const REQUESTS = 10;

/** Longer than the first 5 s of a server, after which a worker without its lock is presumed dead, and its request gets another Job. */
const SECONDS = 8;

const LOCKS = `select count(*)::integer as locked from batch.queue where session_id in ${HELD_SESSIONS}`;

describe("a database that restarts under ten running requests", { concurrency: true, timeout: 120_000 }, () => {
  for (const mode of ["fast", "immediate"] as const) {
    test(`(${mode}): all finish, none twice, none is counted against a limit, and no worker is presumed dead`, async (t) => {
      const server = await startServer({ durable: true });
      const { open, connect } = createConnections(t);
      t.after(server.stop);
      const database = connect(server, "postgres", server.user, 60);
      const before = await open(server, "postgres");
      await migrate(before, noopLog);
      await insertRequests(before, REQUESTS, SECONDS, 0);

      const { host, port, user } = server;
      const cluster = new Cluster({
        backoff: { backoffLimit: 4, backoffSeconds: 0.1 },
        graceSeconds: 30,
        env: { PG_HOST: host, PG_PORT: String(port), PG_USERNAME: user, BACKOFF_SECONDS: "0.1" },
        onUnexpectedExit: (pod, exitCode, words) => assert.fail(`${pod} ended with exit code ${exitCode}: ${words}`),
      });
      t.after(async () => {
        cluster.kill();
        await cluster.stop();
      });
      // Twice as many Jobs as requests are allowed, so that unneeded ones could be created.
      const settings = { requestsPerJob: 1, maxReplicaCount: 2 * REQUESTS, pollingInterval: 0.2 };
      const polled = poll(settings, database, cluster, t.signal);
      await until("all run", async () => (await before.query(LOCKS)).rows[0].locked === REQUESTS);

      await server.restart(mode);
      const after = await open(server, "postgres");
      await polled;
      const { rows } = await after.query("select status, attempt, count(*)::integer from batch.history group by 1, 2");
      assert.deepEqual(rows, [{ status: "SUCCESS", attempt: 1, count: REQUESTS }]);
      assert.deepEqual((await after.query("table batch.queue")).rows, []);
      const jobs = cluster.jobs.map(({ status, pods }) => ({ status, pods }));
      assert.deepEqual(jobs, Array(REQUESTS).fill({ status: "Complete", pods: 1 }));
    });
  }
});
