import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { startPod } from "../../simulator/pod.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { createConnections } from "../support/createConnections.ts";
import { createFolder } from "../support/createFolder.ts";
import { DEBIAN_MISSING, startDebianReplica, startDebianServer } from "../support/debianServer.ts";
import { createProxy } from "../support/proxy.ts";
import { demand } from "../support/queue.ts";
import { runBatch } from "../support/runBatch.ts";
import { until } from "../support/until.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";

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
  const { open, connect } = createConnections(t);
  const owner = await open(primary, "postgres");
  await migrate(owner, noopLog);
  await createRoles(owner, { worker: "w", scaler: "s" });
  const replica = await startDebianReplica(primary);
  t.after(() => replica.stop());
  await until("the replica follows", async () => (await owner.query("select from pg_stat_replication")).rowCount === 1);
  const name = await createProxy(primary.socket);
  const failTo = async (waitMs: number, meanwhile: () => Promise<unknown>) => {
    name.cut();
    await stopPrimary();
    await replica.promote();
    for (const promotedAt = performance.now(); performance.now() - promotedAt < waitMs; ) await meanwhile();
    name.redirect(replica.socket);
    name.restore();
  };
  return {
    owner,
    replica,
    connect: (login: string) => connect(replica, "postgres", login),
    openReplica: () => open(replica, "postgres"),
    log: join(createFolder(), "pods.log"),
    port: name.address.port,
    /** The primary ends as if it had crashed; after some seconds the replica has its name. */
    failOver: () => failTo(0, async () => undefined),
    /** As `failOver`, but the name leads to the replica only after `waitMs`, in which `meanwhile` is repeated. */
    failTo,
  };
}

async function attempts(client: pg.Client): Promise<Attempt[]> {
  const statement = `select request_id as id, attempt, status, ended_at as "endedAt" from batch.attempt order by request_id, attempt`;
  return (await client.query<Attempt>(statement)).rows;
}

describe("failover to a replica behind the same name", { skip: DEBIAN_MISSING, timeout: 300_000 }, () => {
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
    const still = after.filter(({ id }) => finished.some((one) => one.id === id));
    assert.deepEqual(still, finished);
    const ends = after.map(({ attempt, status }) => `${attempt} ${status}`);
    assert.deepEqual(ends, Array(16).fill("1 SUCCESS"));
    assert.equal(await batch.beginnings(), 16);
  });

  test("undoes what an asynchronous replica had not received: inserted requests do not exist, finished ones run again", async (t) => {
    const { owner, openReplica, log, port, failOver } = await replicated(t);
    await owner.query("insert into make_it_clap (duration_seconds) values (0), (5)");
    const standby = await openReplica();
    const both = "select from make_it_clap where id in (1, 2)";
    await until("the replica has both", async () => (await standby.query(both)).rowCount === 2);
    await standby.query("alter system set primary_conninfo = 'host=/nowhere'");
    await standby.query("select pg_reload_conf()");
    const followers = "select from pg_stat_replication";
    await until("the replica is behind", async () => (await owner.query(followers)).rowCount === 0);
    await owner.query("insert into make_it_clap (duration_seconds) values (0)");
    const batch = runBatch(t, port, log);
    await until("1 and 3 have succeeded, and 2 runs", async () => {
      const statuses = (await attempts(owner)).map(({ id, status }) => `${id} ${status}`);
      return statuses.join() === "1 SUCCESS,2 RUNNING,3 SUCCESS";
    });
    await failOver();
    await batch.ended;
    const after = await attempts(await openReplica());
    const ends = after.map(({ id, attempt, status }) => `${id} ${attempt} ${status}`);
    assert.deepEqual(ends, ["1 1 SUCCESS", "2 1 SUCCESS"]);
    assert.match(await batch.log(), /"message":"lost",.*"requestId":"?2\b/);
    assert.equal(await batch.beginnings(), 5);
  });

  test("leaves a request to a worker that reconnects 7 s after the polls, even if no crash is allowed", async (t) => {
    const { owner, openReplica, connect, port, failTo } = await replicated(t);
    await owner.query("insert into make_it_clap (duration_seconds) values (20)");
    const login = { PG_HOST: "127.0.0.1", PG_PORT: String(port), PG_USERNAME: "batch_worker", PGPASSWORD: "any" };
    const env = { ...login, PG_DATABASE: "postgres", KIND: "clap", BACKOFF_LIMIT: "0", CRASH_LIMIT: "0" };
    const pod = startPod("a-pod", { ...env, JOB_NAME: "a" });
    t.after(() => pod.kill("SIGKILL"));
    const standby = await openReplica();
    const running = "select from batch.queue where session_id is not null";
    await until("the request runs", async () => (await owner.query(running)).rowCount === 1);
    await owner.query("select batch.demand('clap', 1, 4)");
    const polled = "select from batch.scaling where polled_at is not null";
    await until("the replica knows of the poll", async () => (await standby.query(polled)).rowCount === 1);
    await waitOutStartupGrace(standby);
    const keda = connect("batch_scaler");
    await failTo(7_000, async () => {
      assert.equal(await demand(keda, { kind: "clap", requestsPerJob: 1, maxReplicaCount: 4 }), 1);
      await sleep(200);
    });
    assert.equal(await pod.ended, 0);
    const ends = (await attempts(standby)).map(({ attempt, status }) => `${attempt} ${status}`);
    assert.deepEqual(ends, ["1 SUCCESS"]);
  });
});
