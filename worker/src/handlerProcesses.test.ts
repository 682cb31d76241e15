import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createOddWork } from "../../tests/support/oddWork.ts";
import { until } from "../../tests/support/until.ts";
import { workContext } from "../../tests/support/workContext.ts";
import { listProcesses, readProcess } from "./command/processTable.ts";
import type { WorkContext } from "./work.ts";

const { HandlerWork } = await createOddWork();

/** Runs an action of oddHandler.ts in a thread. */
const run = (does: string, more: Partial<WorkContext> = {}) =>
  new HandlerWork("odd").run(JSON.stringify({ id: 1, does }), workContext({ kind: "odd", ...more }));

describe("the processes of a handler", { timeout: 120_000, skip: process.platform !== "linux" }, () => {
  for (const does of [
    "leave a program running",
    "leave a daemon",
    "leave a program with an environment of its own",
    "leave a program running, and wait forever",
  ]) {
    test(`end with a request that is asked to ${does}`, async () => {
      const kill = new AbortController();
      const pids: number[] = [];
      await run(does, {
        killSignal: kill.signal,
        progress(pid) {
          pids.push(pid);
          if (does.endsWith("forever")) kill.abort();
        },
      });
      assert.deepEqual([pids.length, pids.filter((pid) => readProcess(pid)?.ended === false)], [1, []]);
    });
  }

  test("leave no zombie that would keep its pid until the Job ends", async () => {
    const zombies = () => listProcesses().filter(({ parent, ended }) => parent === process.pid && ended).length;
    async function leavesNone(): Promise<boolean> {
      const before = zombies();
      await run("leave a program running");
      return zombies() === before;
    }
    // On an overloaded machine reaping may take longer than a request waits for it.
    await until("a request that leaves none", leavesNone, { timeoutMs: 10_000 });
  });

  test("that its module has started end even if it gets no request", async () => {
    process.env.STARTS_WHILE_LOADING = "yes";
    const work = new HandlerWork("odd");
    await work.load();
    delete process.env.STARTS_WHILE_LOADING;
    const started = () => listProcesses().filter(({ parent, ended }) => parent === process.pid && !ended);
    assert.equal(started().length, 1);
    await work.close();
    assert.deepEqual(started(), []);
  });
});
