import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import pg from "pg";
import { startServer } from "../../simulator/server.ts";
import { createCommand, type Run } from "../../tests/support/command.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";

const { start, processes } = await createCommand("cli/start/main.ts");

const REQUESTS = 5;
const RUN = `--requests ${REQUESTS} --seconds 4 --json`;

async function untilRunning(run: Run): Promise<void> {
  await until("all run", () => new RegExp(`running ${REQUESTS}`).test(run.output()), { timeoutMs: 60_000 });
}

/** Asserts that the run succeeded and its display followed it to the end. */
async function assertSuccess(run: Run, attempts: number): Promise<void> {
  const { exitCode, stdout, stderr } = await run.ended;
  assert.match(stdout, new RegExp(`"success":${REQUESTS},"dead":0,.*"attempts":${attempts},`), stderr);
  assert.match(stderr, new RegExp(`running 0  reserved 0  done ${REQUESTS}  dead 0`));
  assert.equal(exitCode, 0);
}

describe("npm start, when its connections break", { timeout: 600_000, concurrency: 1 }, () => {
  for (const mode of ["fast", "immediate"] as const) {
    test(`by a restart (${mode}) of DATABASE_URL's server, shows the run to its end and exits with its true code`, async (t) => {
      const server = await startServer({ durable: true });
      t.after(() => server.stop());
      const url = `postgresql://${server.user}@/postgres?host=${encodeURIComponent(server.host)}`;
      const run = start(RUN, { DATABASE_URL: url });
      await untilRunning(run);
      await server.restart(mode);
      await assertSuccess(run, REQUESTS);
    });
  }

  test("by repeated pg_terminate_backend, does so too", async () => {
    const { url, query } = await createTestDatabase();
    const run = start(RUN, { DATABASE_URL: url() });
    await untilRunning(run);
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'npm start'`;
    let broken = 0;
    await until("it is broken four times", async () => {
      broken += (await query(terminate)).length;
      return broken >= 4;
    });
    await assertSuccess(run, REQUESTS);
  });

  test("is not affected by a short idle_session_timeout", async () => {
    const { name, url, query } = await createTestDatabase();
    await query(`alter database ${name} set idle_session_timeout = '300ms'`);
    const run = start(`${RUN} --polling-interval 2`, { DATABASE_URL: url() });
    await assertSuccess(run, REQUESTS);
    assert.doesNotMatch(run.output(), /the connection broke/);
  });

  test("by kill -9 of a backend of its own server, which then restarts, does so too", async () => {
    const run = start(RUN);
    await untilRunning(run);
    const [, host] = /--host=(\S+)/.exec(run.output()) ?? [];
    const client = new pg.Client({ host, user: "postgres", database: "postgres" });
    client.on("error", () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    process.kill(rows[0]?.pid ?? 0, "SIGKILL");
    await assertSuccess(run, REQUESTS);
  });

  test("by kill -9 of its own server's main process, ends at once with that reason, and leaves nothing behind", async () => {
    const run = start("--requests 2 --seconds 60");
    await until("all run", () => /running 2/.test(run.output()), { timeoutMs: 60_000 });
    const [, host = ""] = /--host=(\S+)/.exec(run.output()) ?? [];
    process.kill(await readPostmaster(host), "SIGKILL");
    const { exitCode, stderr } = await run.ended;
    assert.match(stderr, /^PostgreSQL ended: SIGKILL/m);
    assert.equal(exitCode, 1);
    await until("no process", async () => (await processes()).length === 0);
    await assert.rejects(readdir(host), { code: "ENOENT" });
  });
});

async function readPostmaster(host: string): Promise<number> {
  return Number((await readFile(`${host}/.s.PGSQL.5432.lock`, "utf8")).split("\n")[0]);
}
