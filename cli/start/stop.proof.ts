import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createCommand } from "../../tests/support/command.ts";
import { until } from "../../tests/support/until.ts";

const { home, start, processes, leftovers } = await createCommand("cli/start/main.ts");

async function assertNothingLeft(): Promise<void> {
  assert.deepEqual(await processes(), []);
  assert.deepEqual(await leftovers(), []);
}

describe("npm start, stopped", { timeout: 600_000, concurrency: 1 }, () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
    test(`by ${signal} exits with 130 and leaves no process, no server and no folder behind`, async () => {
      const run = start("--requests 10 --seconds 60");
      await until("pods run", () => /running 10/.test(run.output()), { timeoutMs: 60_000 });
      assert.ok((await processes()).length > 10);
      run.child.kill(signal);
      assert.equal((await run.ended).exitCode, 130);
      await assertNothingLeft();
    });
  }

  test("while initdb runs, by a terminal's Ctrl-C to the whole group, exits with 130 and leaves nothing behind", async () => {
    const run = start("--requests 10 --seconds 60", {}, { ownGroup: true });
    await until("initdb", async () => (await processes()).some((words) => /\binitdb /.test(words)), { intervalMs: 1 });
    process.kill(-(run.child.pid as number), "SIGINT");
    const { exitCode, stdout, stderr } = await run.ended;
    assert.deepEqual([exitCode, stdout, stderr], [130, "Starting PostgreSQL ...\nStopped.\n", ""]);
    await assertNothingLeft();
  });

  test("at any moment of its start exits with 130 and leaves nothing behind", async () => {
    for (let delay = 0; ; delay += 400) {
      const run = start("--requests 3 --seconds 60", {}, { ownGroup: true });
      await until("its first line", () => run.output() !== "");
      await sleep(delay);
      const running = /running 3/.test(run.output());
      process.kill(-(run.child.pid as number), "SIGINT");
      const { exitCode, stderr } = await run.ended;
      assert.deepEqual([exitCode, stderr], [130, ""], `after ${delay} ms`);
      await assertNothingLeft();
      if (running) break;
    }
  });

  test("tells that it waits for pods that do not end, and kills them when it is stopped again", async () => {
    const run = start("--requests 2 --seconds 60");
    await until("pods run", () => /running 2/.test(run.output()), { timeoutMs: 60_000 });
    const pods = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const frozen: number[] = [];
    for (const pid of pods) if (await isPod(pid)) frozen.push(Number(pid));
    assert.equal(frozen.length, 2);
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
    run.child.kill("SIGINT");
    const notice = /^Waiting for 2 pods to end, at most 30 s; another Ctrl-C kills them\.$/m;
    await until("the notice", () => notice.test(run.output()), { timeoutMs: 10_000 });
    run.child.kill("SIGINT");
    const began = Date.now();
    const { exitCode, stdout } = await run.ended;
    assert.equal(exitCode, 130);
    assert.ok(Date.now() - began < 20_000, "the grace period is not waited for");
    // They cannot have released their requests.
    assert.match(stdout, /^Stopped: no pod is running\.$/m);
    await assertNothingLeft();
  });

  test("by SIGKILL has what is left ended, removed and reported by the next run", async () => {
    const run = start("--requests 3 --seconds 600");
    await until("pods run", () => /running 3/.test(run.output()), { timeoutMs: 60_000 });
    run.child.kill("SIGKILL");
    await run.ended;
    assert.ok((await processes()).length > 3);
    const [left = ""] = await leftovers();
    // A folder that only has such a name is not a leftover.
    await mkdir(join(home, "postgres-batch-foreig"));
    await writeFile(join(home, "postgres-batch-foreig", "file"), "");
    const next = await start("--requests 1 --seconds 0").ended;
    assert.equal(next.exitCode, 0, next.stderr);
    const pid = run.child.pid;
    assert.match(
      next.stdout,
      new RegExp(
        `^Removed what a killed run \\(process ${pid}\\) left: 3 pods, its PostgreSQL \\(process \\d+\\), .*${left}$`,
        "m",
      ),
    );
    assert.deepEqual(await processes(), []);
    assert.deepEqual(await leftovers(), ["postgres-batch-foreig"]);
  });
});

async function isPod(pid: string): Promise<boolean> {
  const [words = "", env = ""] = await Promise.all(
    ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
  );
  return words.includes("worker/src/main.ts") && env.includes(`TMPDIR=${home}\0`);
}
