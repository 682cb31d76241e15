import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { createTestDatabase } from "../tests/support/database.ts";
import { until } from "../tests/support/until.ts";
import { endProcesses } from "../worker/src/command/endProcesses.ts";

const MAIN = new URL("../worker/src/main.ts", import.meta.url).pathname;
const EXAMPLE = new URL("spring-batch/", import.meta.url).pathname;
const ROLE = `letters_${process.pid}`;
const LETTERS = 1_000;
const CHUNK = 20;
const KILLS = 5;

/** Includes Maven's downloads. */
const BUILD_MS = 600_000;

const lacking = ["java", "mvn"].filter((program) => spawnSync(program, ["-version"]).status !== 0);
const skip = lacking.length > 0 && `${lacking.join(" and ")} must be installed to run the Spring Batch example`;

const database = await createTestDatabase();

function startPod(podName: string): { readonly pod: ChildProcess; readonly ended: Promise<unknown> } {
  const { PG_HOST, PG_PORT, PG_DATABASE } = database.env;
  const env = {
    ...process.env,
    ...database.env,
    ...{ KIND: "mailing", JOB_NAME: "mailing", POD_NAME: podName, BACKOFF_SECONDS: "0", CRASH_LIMIT: "100" },
    COMMAND: JSON.stringify(["java", "-XX:TieredStopAtLevel=1", "-jar", "target/letters.jar"]),
    ...{ COMMAND_ENV_PGHOST: PG_HOST, COMMAND_ENV_PGPORT: PG_PORT, COMMAND_ENV_PGDATABASE: PG_DATABASE },
    ...{ COMMAND_ENV_PGUSER: ROLE, COMMAND_ENV_MARK: podName },
  };
  const pod = spawn(process.execPath, [MAIN], { cwd: EXAMPLE, env, stdio: ["ignore", "ignore", "inherit"] });
  return { pod, ended: once(pod, "exit") };
}

async function countLetters(): Promise<number> {
  const [row] = await database.query<{ count: number }>("select count(*)::integer from letters");
  return row?.count ?? 0;
}

describe("examples: spring-batch", { timeout: 1_200_000, skip }, () => {
  before(() => {
    const { status, stdout, stderr } = spawnSync("mvn", ["--batch-mode", "--quiet", "package"], {
      ...{ cwd: EXAMPLE, encoding: "utf8", timeout: BUILD_MS },
    });
    assert.equal(status, 0, stdout + stderr);
  });

  test("after five random kills: 1,000 letters once each, at most five chunks repeated, every execution correct", async () => {
    await database.query(`create role ${ROLE} login in role batch_program`);
    await database.query(readFileSync(`${EXAMPLE}tables.sql`, "utf8"));
    for (let kills = 0; kills < KILLS; kills++) {
      const podName = `${ROLE}-${kills}`;
      const before = await countLetters();
      const { pod, ended } = startPod(podName);
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
      pod.kill("SIGKILL");
      await endProcesses({ mark: `MARK=${podName}` }, new AbortController().signal);
      await ended;
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
});
