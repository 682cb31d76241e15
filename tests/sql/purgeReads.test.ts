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

    test("a call of purge reads the attempts that it deletes, not the whole history of the kind", async () => {
      const client = await open(server, "postgres");
      await migrate(client, noopLog);
      await client.query(`
        alter table batch.history set (autovacuum_enabled = off);
        insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status)
        select 'clap', i, 1, now(), now(), now() - interval '1 h', 'SUCCESS' from generate_series(1, 50000) i;
        analyze`);
      await client.query("begin");
      assert.deepEqual((await client.query("select batch.purge('clap', '0', 100)")).rows, [{ purge: "100" }]);
      const { rows } = await client.query<{ read: string }>(
        "select seq_tup_read + idx_tup_fetch as read from pg_stat_xact_user_tables where relid = 'batch.history'::regclass",
      );
      assert.ok(Number(rows[0]?.read) < 5_000, JSON.stringify(rows));
    });
  });
}
