import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTestDatabase } from "../tests/support/database.ts";
import { until } from "../tests/support/until.ts";
import { endProcesses } from "../worker/src/command/endProcesses.ts";

const MAIN = fileURLToPath(new URL("../worker/src/main.ts", import.meta.url));
const EXAMPLES = fileURLToPath(new URL(".", import.meta.url));
const ROLE = `example_${process.pid}`;

const database = await createTestDatabase();

/** Runs the pods of one Job until one exits 0. The first `kills` are killed, with their commands, once `countEffects` has grown. */
async function work(
  kind: string,
  command: readonly string[],
  { kills, countEffects }: { kills: number; countEffects(): Promise<number> } = {
    kills: 0,
    countEffects: async () => 0,
  },
): Promise<void> {
  const { PG_HOST, PG_PORT, PG_DATABASE } = database.env;
  const env = {
    ...process.env,
    ...database.env,
    KIND: kind,
    JOB_NAME: kind,
    POD_NAME: kind,
    COMMAND: JSON.stringify(command),
    BACKOFF_SECONDS: "0",
    CRASH_LIMIT: "100",
    COMMAND_ENV_PGHOST: PG_HOST,
    COMMAND_ENV_PGPORT: PG_PORT,
    COMMAND_ENV_PGDATABASE: PG_DATABASE,
    COMMAND_ENV_PGUSER: ROLE,
    COMMAND_ENV_MARK: kind,
  };
  let exitCode: number | null = null;
  for (let pods = 0; exitCode !== 0; pods++) {
    assert.ok(pods < kills + 3, `the last of ${pods} pods ended ${exitCode}`);
    const pod = spawn(process.execPath, [MAIN], { cwd: EXAMPLES, env, stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(pod, "exit");
    if (pods < kills) {
      const previously = await countEffects();
      const hasEnded = () => pod.exitCode !== null;
      await until("it has an effect, or ends", async () => hasEnded() || (await countEffects()) > previously);
      pod.kill("SIGKILL");
    }
    [exitCode] = await ended;
    await endProcesses({ mark: `MARK=${kind}` }, new AbortController().signal);
  }
}

function lacks(program: string, ...args: string[]): string | false {
  return (
    spawnSync(program, args).status !== 0 && `${program} must be installed (${[program, ...args].join(" ")} fails)`
  );
}

before(async () => {
  await database.query(`create role ${ROLE} login in role batch_program`);
  for (const file of ["shell/naps.sql", "python/tables.sql"])
    await database.query(readFileSync(EXAMPLES + file, "utf8"));
});

describe("examples", { timeout: 120_000 }, () => {
  test("shell: each nap has exactly one dream", { skip: lacks("psql", "--version") }, async () => {
    await work("nap", ["sh", "shell/nap.sh"]);
    assert.deepEqual(await database.query("select nap_id from dreams"), [{ nap_id: "1" }]);
    assert.deepEqual(await database.query("select status, attempt from batch.request where kind = 'nap'"), [
      { status: "SUCCESS", attempt: 1 },
    ]);
  });

  const python = process.env.EXAMPLES_PYTHON ?? "python3";
  test("python: after five kills every square exists exactly once", {
    skip: lacks(python, "-c", "import psycopg"),
  }, async () => {
    const countEffects = async () => (await database.query("select from squares")).length;
    await work("squares", [python, "python/squares.py"], { kills: 5, countEffects });
    assert.deepEqual(
      await database.query(
        "select count(*)::integer, min(number), max(number), bool_and(square = number::bigint * number) as right from squares",
      ),
      [{ count: 20_000, min: 1, max: 20_000, right: true }],
    );
    const crashed = await database.query("select from batch.attempt where kind = 'squares' and reason = 'crashed'");
    assert.equal(crashed.length, 5);
    assert.deepEqual(await database.query("select status, result from batch.request where kind = 'squares'"), [
      { status: "SUCCESS", result: { squares: 20_000 } },
    ]);
  });
});
