import assert from "node:assert/strict";
import { after, test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createConnections } from "../support/createConnections.ts";
import { DEBIAN_MISSING, initializeDebian, startDebianServer } from "../support/debianServer.ts";
import { take } from "../support/queue.ts";

const { open, connect } = createConnections();

// The numbers of shared locks (multixacts), which PostgreSQL counts separately. Each is the first of a file, which the server creates.
const NUMBERS = {
  "far above the transactions'": 7_630 * 65_536,
  "so far above the transactions' that it seems old": 61_035 * 65_536,
} as const;

for (const [where, number] of Object.entries(NUMBERS)) {
  test(`a shared lock that has ended does not hold a request back if its number is ${where}`, {
    skip: DEBIAN_MISSING,
    timeout: 60_000,
  }, async () => {
    const server = await startDebianServer({}, {}, async (run, data) => {
      await initializeDebian(run, data);
      await run("pg_resetwal", "--pgdata", data, `--multixact-ids=${number},${number}`);
    });
    after(() => server.stop());
    const operators = [await open(server, "postgres"), await open(server, "postgres")] as const;
    const [operator] = operators;
    await migrate(operator, noopLog);
    await operator.query("insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 2)");
    for (const each of operators) await each.query("begin; select from batch.queue where request_id = 1 for share");
    for (const each of operators) await each.query("commit");
    const [{ xmax }] = (await operator.query("select xmax::text::bigint from batch.queue where request_id = 1")).rows;
    assert.ok(Number(xmax) >= number);
    assert.equal((await take(connect(server, "postgres"), "a")).requestId, "1");
  });
}
