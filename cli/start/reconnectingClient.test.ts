import assert from "node:assert/strict";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import pg from "pg";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { noopLog } from "../../worker/src/log.ts";
import { ReconnectingClient } from "./reconnectingClient.ts";

const { query } = await createTestDatabase();

for (const [what, forbid, allow] of [
  ["accepts no connections", "NAME allow_connections false", "NAME allow_connections true"],
  ["has another name", "NAME rename to NAME_away", "NAME_away rename to NAME"],
] as const) {
  test(`a statement after a break waits while the database ${what}`, async (t) => {
    const { client: direct, name } = await createTestDatabase();
    const { host, port, user } = direct;
    const client = new ReconnectingClient({ host, port, user, database: name }, 30, noopLog);
    assert.equal((await client.query("select 1")).rows.length, 1);
    const terminate = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    // The test's own connection would prevent the renaming.
    await direct.end();
    await query(terminate, [name]);
    await until("its sessions have ended", async () => (await query(terminate, [name])).length === 0);
    await query(`alter database ${forbid.replaceAll("NAME", name)}`);
    const connect = t.mock.method(pg.Client.prototype, "connect");
    const asked = client.query("select 1");
    try {
      await Promise.race([asked, until("it has been refused twice", () => connect.mock.callCount() > 2)]);
    } finally {
      await query(`alter database ${allow.replaceAll("NAME", name)}`);
    }
    assert.equal((await asked).rows.length, 1);
    await client.close();
  });
}

test("a statement after a break waits while the server asks for a way to log in that is unknown here (Kerberos)", async (t) => {
  const { client: direct, name } = await createTestDatabase();
  const { host, port, user } = direct;
  const open = new Set<Socket>();
  let asksForTicket = false;
  const server = createServer((socket) => {
    open.add(socket.on("error", () => undefined));
    // AuthenticationGSS
    if (asksForTicket) return socket.once("data", () => socket.write(Buffer.from("R\0\0\0\x08\0\0\0\x07", "latin1")));
    const upstream = createConnection(`${host}/.s.PGSQL.${port}`).on("error", () => undefined);
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  const address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  const client = new ReconnectingClient({ ...address, user, database: name }, 30, noopLog);
  assert.equal((await client.query("select 1")).rows.length, 1);
  asksForTicket = true;
  for (const socket of open) socket.destroy();
  const connect = t.mock.method(pg.Client.prototype, "connect");
  const asked = client.query("select 1");
  await Promise.race([asked, until("it has been refused twice", () => connect.mock.callCount() > 2)]);
  asksForTicket = false;
  assert.equal((await asked).rows.length, 1);
  await client.close();
});

test("a connection for which a password is missing is closed, so that repeating it does not use up the server's connections", async (t) => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on("error", () => undefined).on("close", () => open.delete(socket)));
    // AuthenticationCleartextPassword
    socket.resume().once("data", () => socket.write(Buffer.from("R\0\0\0\x08\0\0\0\x03", "latin1")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const connect = t.mock.method(pg.Client.prototype, "connect");
  const client = new ReconnectingClient({ host: "127.0.0.1", port, user: "a", database: "b" }, 2, noopLog);
  await assert.rejects(client.query("select 1"), /the server demands a password/);
  assert.ok(connect.mock.callCount() > 2);
  await until("every connection is closed", () => open.size === 0);
});

test("time limits of the database do not affect it", async () => {
  const { client: direct, name } = await createTestDatabase();
  const { host, port, user } = direct;
  for (const limit of ["statement_timeout", "lock_timeout", "idle_session_timeout"]) {
    await query(`alter database ${name} set ${limit} = '1ms'`);
  }
  const client = new ReconnectingClient({ host, port, user, database: name }, 5, noopLog);
  try {
    const pids = [];
    for (let times = 0; times < 2; times++) {
      pids.push((await client.query<{ pid: number }>("select pg_backend_pid() as pid, pg_sleep(0.05)")).rows[0]?.pid);
      await client.queryOnce("select pg_sleep(0.05)");
    }
    assert.equal(pids[0], pids[1], "its connection stays");
  } finally {
    await client.close();
  }
});
