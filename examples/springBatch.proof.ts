import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTestDatabase } from "../tests/support/database.ts";
import { createProxy } from "../tests/support/proxy.ts";
import { until } from "../tests/support/until.ts";
import { endProcesses } from "../worker/src/command/endProcesses.ts";

const MAIN = fileURLToPath(new URL("../worker/src/main.ts", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("spring-batch/", import.meta.url));
const ROLE = `letters_${process.pid}`;
const LETTERS = 1_000;
const CHUNK = 20;
const KILLS = 5;

/** Includes Maven's downloads. */
const BUILD_MS = 600_000;

const lacking = ["java", "mvn"].filter((program) => spawnSync(program, ["-version"]).status !== 0);
/** The letters of a short mailing: two chunks. */
const FEW_LETTERS = 2 * CHUNK;

/** Statements of an attempt, as events of a trigger that holds them, and how its execution is found afterwards. */
const MOMENTS: Readonly<Record<string, readonly [event: string, executions: readonly string[]]>> = {
  "before its job instance exists": ["insert on spring_batch.batch_job_instance for each row", ["COMPLETED"]],
  "before its step exists": ["insert on spring_batch.batch_step_execution for each row", ["FAILED", "COMPLETED"]],
  "in a chunk": ["insert on letters for each row when (new.number = 30)", ["FAILED", "COMPLETED"]],
  "after the last chunk, before its step has ended": [
    "update on spring_batch.batch_step_execution for each row when (new.status = 'COMPLETED')",
    ["FAILED", "COMPLETED"],
  ],
  "before its job has ended": [
    "update on spring_batch.batch_job_execution for each row when (new.status = 'COMPLETED')",
    ["FAILED", "COMPLETED"],
  ],
};

const skip = lacking.length > 0 && `${lacking.join(" and ")} must be installed to run the Spring Batch example`;

const database = await createTestDatabase();

interface Pod {
  readonly pod: ChildProcess;
  readonly ended: Promise<unknown>;
}

function startPod(podName: string, programEnv: NodeJS.ProcessEnv = {}): Pod {
  const { PG_HOST, PG_PORT, PG_DATABASE } = database.env;
  const env = {
    ...process.env,
    ...database.env,
    ...{ KIND: "mailing", JOB_NAME: "mailing", POD_NAME: podName, BACKOFF_SECONDS: "0", CRASH_LIMIT: "100" },
    COMMAND: JSON.stringify(["java", "-XX:TieredStopAtLevel=1", "-jar", "target/letters.jar"]),
    ...{ COMMAND_ENV_PGHOST: PG_HOST, COMMAND_ENV_PGPORT: PG_PORT, COMMAND_ENV_PGDATABASE: PG_DATABASE },
    ...{ COMMAND_ENV_PGUSER: ROLE, COMMAND_ENV_MARK: podName },
    ...programEnv,
  };
  const pod = spawn(process.execPath, [MAIN], { cwd: EXAMPLE, env, stdio: ["ignore", "ignore", "inherit"] });
  return { pod, ended: once(pod, "exit") };
}

/** Ends a pod like a container: the runner, and the command with it. */
async function killPod({ pod, ended }: Pod, podName: string): Promise<void> {
  pod.kill("SIGKILL");
  await endProcesses({ mark: `MARK=${podName}` }, new AbortController().signal);
  await ended;
}

async function countLetters(): Promise<number> {
  const [row] = await database.query<{ count: number }>("select count(*)::integer from letters");
  return row?.count ?? 0;
}

describe("examples: spring-batch", { timeout: 1_200_000, skip }, () => {
  before(async () => {
    const { status, stdout, stderr } = spawnSync("mvn", ["--batch-mode", "--quiet", "package"], {
      ...{ cwd: EXAMPLE, encoding: "utf8", timeout: BUILD_MS },
    });
    assert.equal(status, 0, stdout + stderr);
    await database.query(`create role ${ROLE} login in role batch_program`);
    await database.query(readFileSync(`${EXAMPLE}tables.sql`, "utf8"));
    await database.query(`
      create function hold() returns trigger language plpgsql as 'begin perform pg_sleep(600); return new; end';
      create function delay() returns trigger language plpgsql as 'begin perform pg_sleep(2); return new; end'`);
  });

  test("after five random kills: 1,000 letters once each, at most five chunks repeated, every execution correct", async () => {
    for (let kills = 0; kills < KILLS; kills++) {
      const podName = `${ROLE}-${kills}`;
      const before = await countLetters();
      const started = startPod(podName);
      const { pod } = started;
      // At least a sixth of the letters is left for each remaining attempt.
      const enough = before + Math.floor((Math.random() * LETTERS) / (KILLS + 1));
      await until(
        "the pod has written some letters",
        async () => (await countLetters()) > enough || pod.exitCode !== null,
        {
          timeoutMs: 120_000,
          intervalMs: 20,
        },
      );
      assert.equal(pod.exitCode, null, "the pod must be killed while it works");
      await killPod(started, podName);
    }
    assert.deepEqual(await startPod(`${ROLE}-last`).ended, [0, null]);

    assert.deepEqual(await database.query("select count(*)::integer, min(number), max(number) from letters"), [
      { count: LETTERS, min: 1, max: LETTERS },
    ]);
    const [begun] = await database.query<{ chunks: number }>("select last_value::integer as chunks from letter_chunks");
    const repeated = (begun?.chunks ?? 0) - LETTERS / CHUNK;
    assert.ok(repeated >= 0 && repeated <= KILLS, `at most ${KILLS} chunks must be repeated; got ${repeated}`);
    assert.deepEqual(
      await database.query("select status from spring_batch.batch_job_execution order by job_execution_id"),
      [...Array(KILLS).fill({ status: "FAILED" }), { status: "COMPLETED" }],
    );
    assert.deepEqual(await database.query("select count(*)::integer from spring_batch.batch_job_instance"), [
      { count: 1 },
    ]);
    assert.deepEqual(await database.query("select status, attempt from batch.request where kind = 'mailing'"), [
      { status: "SUCCESS", attempt: KILLS + 1 },
    ]);
  });

  /** Starts a pod for a new short mailing, and waits until a statement of its program sleeps. */
  async function startHeld(podName: string, programEnv: NodeJS.ProcessEnv = {}) {
    const [mailing] = await database.query<{ id: string }>("insert into mailings (count) values ($1) returning id", [
      FEW_LETTERS,
    ]);
    const started = startPod(podName, programEnv);
    const sleeping = "select pid from pg_stat_activity where usename = $1 and wait_event = 'PgSleep'";
    const held = await until("a statement is held", async () => (await database.query(sleeping, [ROLE])).at(0), {
      timeoutMs: 120_000,
    });
    return {
      ...started,
      id: mailing?.id,
      release: () => database.query("select pg_terminate_backend($1)", [held.pid]),
    };
  }

  async function assertCompleted(id: string | undefined, executions: readonly string[]): Promise<void> {
    assert.deepEqual(await startPod(`${ROLE}-next`).ended, [0, null]);
    assert.deepEqual(
      await database.query("select count(*)::integer, max(number) from letters where mailing_id = $1", [id]),
      [{ count: FEW_LETTERS, max: FEW_LETTERS }],
    );
    const statuses = await database.query<{ status: string }>(
      `select status from spring_batch.batch_job_execution join spring_batch.batch_job_execution_params using (job_execution_id)
       where parameter_name = 'request' and parameter_value = $1 order by job_execution_id`,
      [id],
    );
    assert.deepEqual(
      statuses.map(({ status }) => status),
      executions,
    );
  }

  for (const [moment, [event, executions]] of Object.entries(MOMENTS)) {
    test(`an attempt that is killed ${moment} is restarted, and each letter exists once`, async () => {
      await database.query(`create trigger hold before ${event} execute function hold()`);
      const held = await startHeld(`${ROLE}-held`);
      await killPod(held, `${ROLE}-held`);
      await held.release();
      await database.query(`drop trigger hold on ${/ on (\S+)/.exec(event)?.[1]}`);
      await assertCompleted(held.id, executions);
    });
  }

  test("an attempt whose connection breaks in a chunk is restarted, and each letter exists once", async () => {
    await database.query(
      "create trigger hold before insert on letters for each row when (new.number = 30) execute function hold()",
    );
    const held = await startHeld(`${ROLE}-broken`);
    await held.release();
    assert.deepEqual(await held.ended, [1, null]);
    await database.query("drop trigger hold on letters");
    await assertCompleted(held.id, ["FAILED", "COMPLETED"]);
  });

  test("an attempt that never learns that a chunk was committed is restarted, and each letter exists once", async () => {
    const proxy = await createProxy();
    await database.query(`create constraint trigger delay after insert on letters deferrable initially deferred
      for each row when (new.number = 20) execute function delay()`);
    const env = { COMMAND_ENV_PGHOST: "127.0.0.1", COMMAND_ENV_PGPORT: String(proxy.address.port) };
    const held = await startHeld(`${ROLE}-unknown`, env);
    proxy.loseNextAnswer();
    assert.deepEqual(await held.ended, [1, null]);
    await database.query("drop trigger delay on letters");
    await assertCompleted(held.id, ["FAILED", "COMPLETED"]);
  });
});
