import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type pg from "pg";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { createConnections } from "../support/createConnections.ts";
import { DEBIAN_MISSING, startDebianReplica, startDebianServer } from "../support/debianServer.ts";
import { createProxy } from "../support/proxy.ts";
import { runBatch } from "../support/runBatch.ts";
import { until } from "../support/until.ts";

interface Attempt {
  readonly id: string;
  readonly attempt: number;
  readonly status: string;
  readonly endedAt: Date | null;
}

/** A primary with a replica, and one name for the one that is the primary. */
async function replicated(t: TestContext) {
  const primary = await startDebianServer();
  let stopped = false;
  async function stopPrimary(): Promise<void> {
    if (!stopped) await primary.stop();
    stopped = true;
  }
  t.after(stopPrimary);
  const { open } = createConnections(t);
  const owner = await open(primary, "postgres");
  await migrate(owner, noopLog);
  await createRoles(owner, { worker: "w", scaler: "s" });
  const replica = await startDebianReplica(primary);
  t.after(() => replica.stop());
  await until("the replica follows", async () => (await owner.query("select from pg_stat_replication")).rowCount === 1);
  const name = await createProxy(primary.socket);
  const folder = await mkdtemp(join(tmpdir(), "failover-"));
  t.after(() => rm(folder, { recursive: true }));
  return {
    owner,
    replica,
    openReplica: () => open(replica, "postgres"),
    log: join(folder, "pods.log"),
    port: name.address.port,
    /** The primary ends as if it had crashed; after some seconds the replica has its name. */
    async failOver(): Promise<void> {
      name.cut();
      await stopPrimary();
      await replica.promote();
      name.redirect(replica.socket);
      name.restore();
    },
  };
}

async function attempts(client: pg.Client): Promise<Attempt[]> {
  const statement = `select request_id as id, attempt, status, ended_at as "endedAt" from batch.attempt order by request_id, attempt`;
  return (await client.query<Attempt>(statement)).rows;
}

describe("failover to a replica behind the same name", { skip: DEBIAN_MISSING ?? false, timeout: 300_000 }, () => {
  test("loses nothing that is finished, and runs nothing twice, if the replica is synchronous", async (t) => {
    const { owner, openReplica, log, port, failOver } = await replicated(t);
    await owner.query("alter system set synchronous_standby_names = '*'");
    await owner.query("select pg_reload_conf()");
    const isSynchronous = "select from pg_stat_replication where sync_state = 'sync'";
    await until("the replica is synchronous", async () => (await owner.query(isSynchronous)).rowCount === 1);
    await owner.query("insert into make_it_clap (duration_seconds) select 3 from generate_series(1, 16)");
    const batch = runBatch(t, port, log);
    let seen: Attempt[] = [];
    await until("some have succeeded, and others run", async () => {
      seen = await attempts(owner);
      return ["SUCCESS", "RUNNING"].every((wanted) => seen.filter(({ status }) => status === wanted).length >= 3);
    });
    await failOver();
    await batch.ended;
    const after = await attempts(await openReplica());
    const finished = seen.filter(({ status }) => status === "SUCCESS");
    assert.deepEqual(
      after.filter(({ id }) => finished.some((one) => one.id === id)),
      finished,
    );
    assert.deepEqual(
      after.map(({ attempt, status }) => [attempt, status]),
      Array(16).fill([1, "SUCCESS"]),
    );
    assert.equal(await batch.beginnings(), 16);
  });

  test("undoes what an asynchronous replica had not received: inserted requests do not exist, finished ones run again", async (t) => {
    const { owner, openReplica, log, port, failOver } = await replicated(t);
    await owner.query("insert into make_it_clap (duration_seconds) values (0), (5)");
    const standby = await openReplica();
    await until("the replica has both", async () => {
      return (await standby.query("select from make_it_clap")).rowCount === 2;
    });
    await standby.query("alter system set primary_conninfo = 'host=/nowhere'");
    await standby.query("select pg_reload_conf()");
    await until("the replica is behind", async () => {
      return (await owner.query("select from pg_stat_replication")).rowCount === 0;
    });
    await owner.query("insert into make_it_clap (duration_seconds) values (0)");
    const batch = runBatch(t, port, log);
    await until("1 and 3 have succeeded, and 2 runs", async () => {
      const statuses = (await attempts(owner)).map(({ id, status }) => `${id} ${status}`);
      return statuses.join() === "1 SUCCESS,2 RUNNING,3 SUCCESS";
    });
    await failOver();
    await batch.ended;
    const after = await attempts(await openReplica());
    assert.deepEqual(
      after.map(({ id, attempt, status }) => `${id} ${attempt} ${status}`),
      ["1 1 SUCCESS", "2 1 SUCCESS"],
    );
    assert.match(await batch.log(), /"message":"lost",.*"requestId":"?2\b/);
    assert.equal(await batch.beginnings(), 5);
  });
});
