import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createConnections } from "../support/createConnections.ts";
import { SERVERS } from "../support/servers.ts";

for (const { name, skip, start } of SERVERS) {
  describe(`on ${name}`, { skip }, () => {
    let server: Awaited<ReturnType<typeof start>>;
    const { open } = createConnections();
    before(async () => {
      server = await start();
    });
    after(() => server?.stop());

    for (const [statistics, analyze] of [
      ["", "analyze"],
      [", also with statistics from before the kind was attached", ""],
    ] as const) {
      test(`a call of purge reads the attempts that it deletes, not the whole history of the kind${statistics}`, async () => {
        const name = analyze === "" ? "old" : "recent";
        await (await open(server, "postgres")).query(`create database ${name}`);
        const client = await open(server, name);
        await migrate(client, noopLog);
        await client.query(`
          alter table batch.history set (autovacuum_enabled = off);
          insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status)
          select 'clap', i, 1, now(), now(), now() - interval '1 h', 'SUCCESS' from generate_series(1, 50000) i;
          insert into make_it_clap select i, 1 from generate_series(1, 50000) i;
          ${analyze}`);
        await client.query("delete from batch.queue");
        const reads = `select seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables
          where relid = 'batch.history'::regclass`;
        const countReads = async () => Number((await client.query(reads)).rows[0]?.rows);
        await client.query("begin");
        const before = await countReads();
        assert.deepEqual((await client.query("select batch.purge('clap', '0', 1000)")).rows, [{ purge: "1000" }]);
        const read = (await countReads()) - before;
        assert.ok(read <= 10_000, `${read} rows were read`);
      });
    }
  });
}
