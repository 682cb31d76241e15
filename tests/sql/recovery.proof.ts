import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type pg from "pg";
import { getOutput } from "../../cli/getOutput.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { asServerUser, type CommandLine } from "../support/asServerUser.ts";
import { createConnections } from "../support/createConnections.ts";
import { DEBIAN_MISSING, DEBIAN_PROGRAMS, startDebianServer } from "../support/debianServer.ts";
import { createProxy } from "../support/proxy.ts";
import { runBatch } from "../support/runBatch.ts";
import { createServerHome } from "../support/serverHome.ts";
import { until } from "../support/until.ts";

/** Runs a program as the server's user. */
async function run(...command: CommandLine): Promise<void> {
  const [program, ...args] = await asServerUser(...command);
  await getOutput(program, args, { cwd: "/" });
}

/** A server that archives its log, with a base backup of it. */
async function archived(t: TestContext) {
  const archive = await createServerHome("postgres-batch-archive-");
  t.after(() => rm(archive, { recursive: true }));
  const server = await startDebianServer({ archive_mode: "on", archive_command: `cp %p "${archive}/%f"` });
  let stopped = false;
  async function stop(): Promise<void> {
    if (!stopped) await server.stop();
    stopped = true;
  }
  t.after(stop);
  const { open } = createConnections(t);
  const owner = await open(server, "postgres");
  await migrate(owner, noopLog);
  await createRoles(owner, { worker: "w", scaler: "s" });
  const backup = join(archive, "backup");
  const from = [`--host=${server.host}`, `--port=${server.port}`, `--username=${server.user}`];
  await run(join(DEBIAN_PROGRAMS, "pg_basebackup"), ...from, `--pgdata=${backup}`, "--checkpoint=fast", "--no-sync");
  const name = await createProxy(server.socket);
  return {
    owner,
    port: name.address.port,
    log: join(archive, "pods.log"),
    /** The server is lost, and replaced by one that has been recovered to this moment. */
    async recover(moment: string): Promise<pg.Client> {
      const { file } = (await owner.query("select pg_walfile_name(pg_switch_wal()) as file")).rows[0];
      await until("the log is archived", async () => {
        return (await owner.query("select from pg_stat_archiver where last_archived_wal >= $1", [file])).rowCount === 1;
      });
      name.cut();
      await stop();
      const settings = {
        restore_command: `cp "${archive}/%f" "%p"`,
        recovery_target_time: moment,
        recovery_target_action: "promote",
      };
      const recovered = await startDebianServer(settings, {}, async (_run, data) => {
        await run("cp", "--archive", backup, data);
        await run("touch", join(data, "recovery.signal"));
      });
      t.after(() => recovered.stop());
      const client = await open(recovered, "postgres");
      await until("it is a primary", async () => {
        return (await client.query("select where not pg_is_in_recovery()")).rowCount === 1;
      });
      name.redirect(recovered.socket);
      name.restore();
      return client;
    },
  };
}

async function attempts(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query("select request_id, attempt, status from batch.attempt order by 1, 2");
  return rows.map(({ request_id, attempt, status }) => `${request_id}:${attempt} ${status}`);
}

describe("a server that is lost, and recovered to an earlier moment", { skip: DEBIAN_MISSING }, () => {
  test("has the requests of that moment: running ones continue or are fenced, those that ended afterwards run again", {
    timeout: 120_000,
  }, async (t) => {
    const { owner, port, log, recover } = await archived(t);
    const insert = (seconds: readonly number[]) =>
      owner.query("insert into make_it_clap (duration_seconds) select unnest($1::float8[])", [seconds]);
    await insert([0, 15, 5]);
    const batch = runBatch(t, port, log);
    const reached = (wanted: string) =>
      until(wanted, async () => String(await attempts(owner)) === wanted, { timeoutMs: 20_000 });
    await reached("1:1 SUCCESS,2:1 RUNNING,3:1 RUNNING");
    await insert([15]);
    const moment = (await owner.query("select clock_timestamp()::text as moment")).rows[0].moment;
    await insert([15]);
    await reached("1:1 SUCCESS,2:1 RUNNING,3:1 SUCCESS,4:1 RUNNING,5:1 RUNNING");
    const recovered = await recover(moment);
    await batch.ended;
    const expected = "1:1 SUCCESS,2:1 SUCCESS,3:1 FAILED,3:2 SUCCESS,4:1 SUCCESS";
    assert.equal(String(await attempts(recovered)), expected);
    const lost = [...(await batch.log()).matchAll(/"message":"lost",.*"requestId":"?(\d+)/g)].map(([, id]) => id);
    assert.deepEqual(lost.sort(), ["4", "5"]);
    assert.equal(await batch.beginnings(), 7);
  });
});
