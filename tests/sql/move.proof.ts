import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getOutput } from "../../cli/getOutput.ts";
import type { Server } from "../../simulator/server.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { page } from "../docs/operationsPage.ts";
import { codeBlocks } from "../support/codeBlocks.ts";
import { createConnections } from "../support/createConnections.ts";
import { DEBIAN_MISSING, DEBIAN_PROGRAMS, type DebianServer, startDebianServer } from "../support/debianServer.ts";
import { claimParams, claimWithReclaim, ERROR, FINAL_ERROR, fail, poll, succeed, take } from "../support/queue.ts";
import { startTestServer } from "../support/testServer.ts";
import { until } from "../support/until.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";

const TABLES = { clap: "make_it_clap", visit: "visits", call: "calls" } as const;
const KINDS = Object.keys(TABLES) as (keyof typeof TABLES)[];

type Address = Pick<DebianServer, "host" | "port" | "user">;

/** The shell blocks of docs/operations.md that move a database, for these servers. */
function getSteps(from: Address, to: Address, toVersion15: boolean): string[] {
  const toUrl = ({ host, port, user }: Address) => `postgresql://${user}@/app?host=${host}&port=${port}`;
  const names = `OLD='${toUrl(from)}' NEW='${toUrl(to)}'`;
  return codeBlocks(page, "sh")
    .filter((each) => each.includes("$NEW"))
    .map((each) => `export PATH=${DEBIAN_PROGRAMS}:$PATH\n${names}\n${each.replace(/^OLD=.*\n/m, "")}`)
    .map((each) => (toVersion15 ? each.replace(" with (run_as_owner = true)", "") : each));
}

describe("a database that is moved by logical replication, as docs/operations.md describes", {
  skip: DEBIAN_MISSING,
}, () => {
  let from: DebianServer;
  let to: Server;
  const { open, connect } = createConnections();
  after(() => Promise.all([from, to].map((server) => server?.stop())));

  before(async () => {
    [from, to] = [await startDebianServer({ wal_level: "logical" }), await startTestServer()];
    for (const server of [from, to]) await (await open(server, "postgres")).query("create database app");
  });
  test("continues where it was, also where triggers always fire: nothing is lost, nothing runs twice, and new requests wait behind those that moved", {
    timeout: 180_000,
  }, async () => {
    const old = await open(from, "app");
    await migrate(old, noopLog);
    await createRoles(old, { worker: "w", scaler: "s" });
    await old.query(`
      create table visits (id bigint generated always as identity, day date default current_date, primary key (id, day)) partition by range (day);
      create table visits_default partition of visits default;
      select batch.attach('visits', 'visit');
      create role shop; create schema shop authorization shop; create table shop.orders (id bigint primary key);
      alter table shop.orders owner to shop; select batch.attach('shop.orders', 'order');
      create table calls (like visits including all) partition by range (day);
      create table calls_default partition of calls default;
      select batch.attach('calls', 'call');
      alter table calls enable always trigger batch_call; alter table calls enable always trigger "batch_call$delete";
      alter table calls enable always trigger "batch_call$key"; alter table calls enable always trigger "batch_call$truncate"`);
    // The numbers of its transactions run ahead of the new server's.
    for (let n = 0; n < 3_000; n++) await old.query("select pg_current_xact_id()");
    await old.query(`
      insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 5);
      insert into visits select from generate_series(1, 3); insert into calls select from generate_series(1, 4)`);
    const worker = connect(from, "app", "batch_worker");
    await succeed(worker, await take(worker, "a"));
    await fail(worker, await take(worker, "b"), FINAL_ERROR);
    await fail(worker, await take(worker, "c"), ERROR);
    await take(worker, "d");

    const [copy = "", switchOver = ""] = getSteps(
      from,
      to,
      Number((await (await open(to, "app")).query("show server_version_num")).rows[0].server_version_num) < 160_000,
    );
    await getOutput("bash", ["-c", copy]);
    const moved = await open(to, "app");
    await until("everything was copied", async () =>
      (await moved.query("select from pg_subscription_rel having bool_and(srsubstate = 'r')")).rows.at(0),
    );
    await old.query("insert into make_it_clap (duration_seconds) values (1); insert into visits default values");
    await old.query("delete from make_it_clap where id = 5");
    await old.query(`insert into calls default values; delete from calls where id = 2;
      update calls set id = default where id = 3`);
    await old.query("select batch.pause(kind, 'moves') from batch.kind where attached");
    await worker.close();
    await getOutput("bash", ["-euc", switchOver]);

    const scaler = connect(to, "app", "batch_scaler");
    for (const kind of KINDS) assert.equal(await poll(scaler, kind), 0, "the pause has moved, too");
    await moved.query("select batch.resume(kind) from batch.kind");
    await waitOutStartupGrace(moved);
    const runner = connect(to, "app", "batch_worker");
    const order: Record<string, string[]> = { clap: [], visit: [], call: [] };
    for (const kind of KINDS) {
      for (let n = 0; n < 8; n++) {
        await poll(scaler, kind);
        if (n === 0)
          await moved.query(
            kind === "clap"
              ? "insert into make_it_clap (duration_seconds) values (1)"
              : `insert into ${TABLES[kind]} default values`,
          );
        await moved.query(
          "update batch.queue set suspected_at = suspected_at - interval '1 hour', reserved_until = null",
        );
        const next = await claimWithReclaim(runner, claimParams(`${kind}-${n}`, { kind }));
        if (typeof next !== "object") continue;
        order[kind]?.push(next.requestId);
        await succeed(runner, next);
      }
    }
    assert.deepEqual(order.clap?.toSorted(), ["3", "4", "6", "7"]);
    const added = order.clap?.filter((id) => id === "6" || id === "7");
    assert.deepEqual(added, ["6", "7"]);
    assert.deepEqual(order.visit, ["1", "2", "3", "4", "5"]);
    assert.deepEqual(order.call, ["1", "4", "5", "6", "7"]);
    const newest = (await moved.query("select max(version) as newest from batch.migration")).rows[0].newest;
    assert.deepEqual(await migrate(moved, noopLog), { from: newest, to: newest });
  });
});
