import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createInProcessWork } from "../../tests/support/inProcessWork.ts";
import { take } from "../../tests/support/queue.ts";
import { InterruptedError, PermanentError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import { noopLog } from "./log.ts";
import { runAttempt } from "./runAttempt.ts";

const database = await createTestDatabase();

interface Options {
  readonly check?: Handler["check"];
  readonly deadline?: AbortSignal;
  readonly timeoutSeconds?: number;
}

/** Claims the one request and runs it with this work; `stopNow` and `stopOnceStarted` ask it to stop. */
async function attempt(
  work: Handler["run"],
  { check = (row) => row, deadline = new AbortController().signal, timeoutSeconds = 0 }: Options = {},
) {
  const connection = database.connect();
  const stop = new AbortController();
  const started = Promise.withResolvers<void>();
  const run: Handler["run"] = (request, given) => {
    started.resolve();
    return work(request, given);
  };
  const claimed = await take(connection, "a", { timeoutSeconds });
  const ended = runAttempt(claimed, {
    settings: { leaseSeconds: 0, graceSeconds: 30 },
    database: connection,
    work: createInProcessWork({ kind: "clap", check, run }),
    shutdown: { signal: stop.signal, deadline },
    log: noopLog,
  });
  const stopOnceStarted = async () => {
    await started.promise;
    stop.abort(new InterruptedError("SIGTERM"));
  };
  const outcome = ended.then((end) => end.outcome);
  return { outcome, stopOnceStarted, stopNow: () => stop.abort(new InterruptedError("SIGTERM")) };
}

const ignoreSignal = () => new Promise(() => undefined);

const lastAttempt = async () => (await database.query("select status, reason, error from clap_attempt")).at(-1);

describe("runAttempt", () => {
  beforeEach(() => database.reset(1));

  test("a row the handler refuses is DEAD at once, and the work is never started", async () => {
    const check = () => {
      throw new TypeError("duration_seconds must be a number from 0 to 604800; got null");
    };
    const { outcome } = await attempt(() => assert.fail("must not run"), { check });
    assert.equal(await outcome, "dead");
    const { status, reason, error } = (await lastAttempt()) ?? {};
    assert.deepEqual([status, reason], ["DEAD", "error"]);
    assert.match(error, /^TypeError: duration_seconds must be a number from 0 to 604800; got null\n {4}at /);
  });

  test("a PermanentError is DEAD at once, any other error is retried", async () => {
    const retried = await attempt(() => Promise.reject(new Error("no luck")));
    assert.equal(await retried.outcome, "failed");
    const final = await attempt(() => Promise.reject(new PermanentError("never")));
    assert.equal(await final.outcome, "dead");
  });

  test("a PermanentError is DEAD at once, too, if a failed disposal has suppressed it", async () => {
    const thrown = Object.assign(new Error("disposal"), { suppressed: new PermanentError("never") });
    const { outcome } = await attempt(() => Promise.reject(thrown));
    assert.equal(await outcome, "dead");
  });

  test("any thrown value is recorded, not only errors", async () => {
    const circle: { code: bigint; self?: unknown } = { code: 7n };
    circle.self = circle;
    const { outcome } = await attempt(() => Promise.reject(circle));
    assert.equal(await outcome, "failed");
    assert.match((await lastAttempt())?.error, /^threw .*code: 7n, self: \[Circular/);
  });

  test("work that succeeds although it was asked to stop is SUCCESS", async () => {
    const { outcome, stopOnceStarted } = await attempt(() => sleep(100));
    await stopOnceStarted();
    assert.equal(await outcome, "succeeded");
  });

  test("work is not started if it must already stop", async () => {
    const { outcome, stopNow } = await attempt(() => assert.fail("must not run"));
    stopNow();
    assert.equal(await outcome, "interrupted");
  });

  test("work that ignores its signal is abandoned at the deadline, its request free", async () => {
    const deadline = new AbortController();
    const { outcome, stopOnceStarted } = await attempt(ignoreSignal, { deadline: deadline.signal });
    await stopOnceStarted();
    deadline.abort();
    assert.equal(await outcome, "interrupted");
    assert.match((await lastAttempt())?.error, /had not stopped before the grace period ended/);
    assert.deepEqual(await database.query("select job_name from batch.queue"), [{ job_name: null }]);
  });

  test("work that ignores its signal until its timeout, during the grace period, is recorded with both reasons", async () => {
    const { outcome, stopOnceStarted } = await attempt(ignoreSignal, { timeoutSeconds: 0.2 });
    await stopOnceStarted();
    assert.equal(await outcome, "interrupted");
    const text = "InterruptedError: asked to stop by SIGTERM, and timed out after 0.2 s before it had stopped";
    assert.equal((await lastAttempt())?.error, text);
  });

  for (const [what, timeoutSeconds] of [
    ["its timeout", 0.2],
    ["SIGTERM", 0],
  ] as const) {
    test(`work that fails before ${what} has its own error, however long its last report takes`, async () => {
      const writer = await database.open();
      const fail: Handler["run"] = async (_request, { progress }) => {
        await writer.query("begin; lock table batch.queue in exclusive mode");
        progress(1);
        throw new Error("no luck");
      };
      const { outcome, stopNow } = await attempt(fail, { timeoutSeconds });
      await database.untilBlocked();
      if (timeoutSeconds > 0) await sleep(2_000 * timeoutSeconds);
      else stopNow();
      await writer.query("rollback");
      assert.equal(await outcome, "failed");
      assert.match((await lastAttempt())?.error, /^Error: no luck/);
    });
  }

  test("the handler gets the request's id, the attempt and a signal that says why", async () => {
    let reason: unknown;
    const { outcome, stopOnceStarted } = await attempt(async (request, { id, attempt: number, signal }) => {
      assert.deepEqual([request, id, number], [{ id: 1, duration_seconds: 40, failures: 0 }, "1", 1]);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reason = signal.reason;
      throw signal.reason;
    });
    await stopOnceStarted();
    assert.equal(await outcome, "interrupted");
    assert.ok(reason instanceof InterruptedError);
  });
});
