import assert from "node:assert/strict";
import { Socket } from "node:net";
import { afterEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { POOLERS, refuse, startPooler } from "../../tests/support/poolers.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { connectDirectly } from "./connectDirectly.ts";

const { client: direct, name, open, untilBlocked } = await createTestDatabase();
const { host, port, user } = direct;
const config = { host, port, user, database: name };

describe("a connection for migrations", () => {
  afterEach(() => direct.query(`alter database ${name} reset all`));

  test("is opened to a server", async () => {
    const client = await connectDirectly(config);
    assert.equal((await client.query("show idle_session_timeout")).rows[0]?.idle_session_timeout, "0");
    await client.end();
  });

  test("has no time limit for a transaction, on servers that support one", async () => {
    await direct.query(`alter database ${name} set idle_in_transaction_session_timeout = '5ms'`);
    await direct.query(`do $$begin if current_setting('server_version_num')::integer >= 170000 then
      execute 'alter database ${name} set transaction_timeout = ''300ms'''; end if; end$$`);
    const client = await connectDirectly(config);
    await client.query("begin; select pg_sleep(0.5)");
    await client.query("commit");
    await client.end();
  });

  test("has no time limit for a statement or a lock, whatever the database sets", async () => {
    await direct.query(`alter database ${name} set statement_timeout = '5ms'`);
    await direct.query(`alter database ${name} set lock_timeout = '1ms'`);
    const client = await connectDirectly(config);
    await client.query("select pg_sleep(0.1)");
    assert.equal((await client.query("show lock_timeout")).rows[0]?.lock_timeout, "0");
    await client.end();
  });

  test("creates ordinary tables, whatever the database sets", async () => {
    await direct.query("create access method columnar type table handler heap_tableam_handler");
    await direct.query(`alter database ${name} set default_table_access_method = 'columnar'`);
    const client = await connectDirectly(config);
    assert.equal((await client.query("show default_table_access_method")).rows[0]?.default_table_access_method, "heap");
    await client.end();
  });

  test("that breaks while it waits for a lock is given up by the server, so that nothing else waits behind it", async () => {
    const [writer, operator] = [await open(), await open()];
    await direct.query("create table pages (id bigint primary key)");
    await writer.query("begin; insert into pages values (1)");
    const proxy = await createProxy();
    const client = await connectDirectly({ ...config, ...proxy.address });
    await client.query("begin");
    const broken = assert.rejects(client.query("lock table pages in share row exclusive mode"), /terminated/);
    await untilBlocked();
    proxy.cut();
    await broken;
    await operator.query("set lock_timeout = '30s'; insert into pages values (2)");
    await writer.query("rollback");
    await direct.query("drop table pages");
  });

  test("is monitored by the client, which notices a lost server within 20 s and not hours", async (t) => {
    const proxy = await createProxy();
    const keepAlive = t.mock.method(Socket.prototype, "setKeepAlive");
    await (await connectDirectly({ ...config, ...proxy.address })).end();
    // Node.js then asks ten times, once a second.
    assert.deepEqual(keepAlive.mock.calls[0]?.arguments, [true, 10_000]);
  });

  test("is monitored by the server, which releases the locks of a lost node's migration within seconds and not hours", async () => {
    const client = await connectDirectly(config);
    // Their values are 0 on a Unix socket.
    const { rows } = await client.query("select name from pg_settings where name like 'tcp_%' and source = 'client'");
    const names = rows.map((row) => row.name);
    const all = ["tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout"];
    assert.deepEqual(names, all);
    await client.end();
  });

  describe("fails within 10 s, saying what is missing, at a proxy that accepts it and", { concurrency: true }, () => {
    test("passes no answer after the login", { timeout: 20_000 }, async () => {
      const proxy = await createProxy();
      void proxy.withholdAnswer("current_setting");
      await assert.rejects(connectDirectly({ ...config, ...proxy.address }), {
        name: "NoAnswerError",
        message: `cannot connect to 127.0.0.1:${proxy.address.port}: no answer within 10 s`,
      });
    });

    for (const [what, serve] of [
      ["does not answer", () => undefined],
      ["begins TLS and does not continue", (client: Socket) => client.write("S")],
    ] as const) {
      test(what, { timeout: 20_000 }, async () => {
        const proxy = { ...config, host: "127.0.0.1", port: await startPooler(serve) };
        const ssl = what.includes("TLS") && { rejectUnauthorized: false };
        await assert.rejects(connectDirectly({ ...proxy, ssl }), {
          message: `cannot connect to 127.0.0.1:${proxy.port}: no answer within 10 s`,
        });
      });
    }
  });

  test("is refused at a server that is too old for its settings, saying which versions are supported", async () => {
    const port = await startPooler((client, startup) => {
      const [, setting] = /-c (idle_session_timeout)=/.exec(startup.toString()) ?? [];
      refuse(client, "42704", `unrecognized configuration parameter "${setting}"`);
    });
    await assert.rejects(connectDirectly({ ...config, host: "127.0.0.1", port }), {
      name: "SettingsError",
      message: /^PostgreSQL must be version 14 to 18 .*; got one that answers: unrecognized .* "idle_session_timeout"$/,
    });
  });

  for (const [does, serve] of POOLERS) {
    test(`is refused through a pooler that ${does} a connection's settings, saying what to do`, async () => {
      await direct.query(`alter database ${name} set postgres_batch.direct = 'on'`);
      const pooler = { ...config, host: "127.0.0.1", port: await startPooler(serve) };
      await assert.rejects(connectDirectly(pooler), {
        name: "SettingsError",
        message: /^the server must be reached directly .*; got a pooler\. Name/,
      });
    });
  }
});
