import assert from "node:assert/strict";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { after, type TestContext, test } from "node:test";
import pg from "pg";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { until } from "../../tests/support/until.ts";
import type { WaitLimits } from "../../worker/src/limitWaits.ts";
import { noopLog } from "../../worker/src/log.ts";
import { ReconnectingClient } from "./reconnectingClient.ts";

const { query } = await createTestDatabase();

/** Listens for connections until the test ends; returns the address. */
async function listen(accept: (socket: Socket) => void) {
  const server = createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

/** Sends a statement, and waits until its client has been refused twice; returns what becomes of the statement. */
async function sendInVain({ mock }: TestContext, client: ReconnectingClient) {
  const connect = mock.method(pg.Client.prototype, "connect");
  const asked = client.query("select 1");
  await Promise.race([asked, until("it has been refused twice", () => connect.mock.callCount() > 2)]);
  return { asked };
}

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
    const allowAgain = () => query(`alter database ${allow.replaceAll("NAME", name)}`);
    const { asked } = await sendInVain(t, client).finally(allowAgain);
    assert.equal((await asked).rows.length, 1);
    await client.close();
  });
}

test("a statement after a break waits while the server asks for a way to log in that is unknown here (Kerberos)", async (t) => {
  const { client: direct, name } = await createTestDatabase();
  const { host, port, user } = direct;
  const open = new Set<Socket>();
  let asksForTicket = false;
  const address = await listen((socket) => {
    open.add(socket.on("error", () => undefined));
    // AuthenticationGSS
    if (asksForTicket) return socket.once("data", () => socket.write(Buffer.from("R\0\0\0\x08\0\0\0\x07", "latin1")));
    const upstream = createConnection(`${host}/.s.PGSQL.${port}`).on("error", () => undefined);
    socket.pipe(upstream).pipe(socket);
  });
  const client = new ReconnectingClient({ ...address, user, database: name }, 30, noopLog);
  assert.equal((await client.query("select 1")).rows.length, 1);
  asksForTicket = true;
  for (const socket of open) socket.destroy();
  const { asked } = await sendInVain(t, client);
  asksForTicket = false;
  assert.equal((await asked).rows.length, 1);
  await client.close();
});

test("a connection for which a password is missing is closed, so that repeating it does not use up the server's connections", async (t) => {
  const open = new Set<Socket>();
  const address = await listen((socket) => {
    open.add(socket.on("error", () => undefined).on("close", () => open.delete(socket)));
    // AuthenticationCleartextPassword
    socket.resume().once("data", () => socket.write(Buffer.from("R\0\0\0\x08\0\0\0\x03", "latin1")));
  });
  const connect = t.mock.method(pg.Client.prototype, "connect");
  const client = new ReconnectingClient({ ...address, user: "a", database: "b" }, 2, noopLog);
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

/** A client behind a proxy, its warnings, and a table into which it inserts. */
async function prepareInsert() {
  const database = await createTestDatabase();
  const { user } = database.client;
  await database.query("create table pages (id integer)");
  const proxy = await createProxy();
  const warnings: unknown[] = [];
  const log = { ...noopLog, warn: (message: string, fields?: object) => void warnings.push(message, fields) };
  const client = new ReconnectingClient({ ...proxy.address, user, database: database.name }, 5, log);
  const insert = (limits: Partial<WaitLimits>) => client.queryOnce("insert into pages values (1)", [], limits);
  const count = async () => Number((await database.query("select count(*) from pages"))[0]?.count);
  after(() => client.close());
  return { ...database, proxy, client, warnings, insert, count };
}

test("an insert that waits for another session's lock gives up, names the session, and keeps nobody waiting", async () => {
  const { open, query, insert, count, warnings } = await prepareInsert();
  const locker = await open();
  await locker.query("set application_name = 'report'; begin; lock table pages in share mode");
  const [{ pid }] = (await locker.query("select pg_backend_pid() as pid")).rows;
  const session = `session ${pid} of ${locker.user} (report, idle in transaction)`;
  await assert.rejects(insert({ lockMs: 200 }), {
    message: `cannot change the database: waited 0.2 s for a lock held by ${session}. End that transaction (select pg_terminate_backend(SESSION) ends its session), and try again`,
  });
  assert.deepEqual(warnings, ["waiting for a lock", { sessions: [session] }]);
  const waiting = "select from pg_locks where not granted and relation = 'pages'::regclass";
  await until("nobody waits", async () => (await query(waiting)).length === 0);
  await locker.query("commit");
  assert.equal(await count(), 0);
});

for (const [what, text, inserted] of [
  ["begin", "begin isolation", 0],
  ["statement", "insert into pages", 0],
  ["commit", "commit\0", 1],
] as const) {
  test(`an insert whose ${what} a proxy keeps unanswered ends, and what was committed is not lost`, {
    timeout: 60_000,
  }, async () => {
    const { proxy, insert, count } = await prepareInsert();
    void proxy.withholdAnswer(text);
    const ended = insert({ lockMs: 2_000, answerMs: 300 });
    if (inserted === 0) await assert.rejects(ended, /^NoAnswerError: cannot change the database: no answer arrived/);
    else await ended;
    assert.equal(await count(), inserted);
  });
}

test("an outage is as long as it takes, whatever happens to the machine's clock meanwhile", async (t) => {
  const { proxy, client } = await prepareInsert();
  await client.query("select 1");
  proxy.cut();
  const connect = t.mock.method(pg.Client.prototype, "connect");
  const asked = client.query("select 1");
  await until("it has been refused", () => connect.mock.callCount() > 1);
  const now = Date.now.bind(Date);
  t.mock.method(Date, "now", () => now() + 3_600_000);
  const refusals = connect.mock.callCount();
  await Promise.race([asked, until("it has been refused again", () => connect.mock.callCount() > refusals + 1)]);
  proxy.restore();
  assert.equal((await asked).rows.length, 1);
});
