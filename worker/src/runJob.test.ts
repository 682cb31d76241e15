import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { announceStop, claimParams, fail, startAttempt, succeed } from "../../tests/support/queue.ts";
import { runPod } from "../../tests/support/runPod.ts";
import { until } from "../../tests/support/until.ts";
import { usedHeap } from "../../tests/support/usedHeap.ts";
import { InterruptedError } from "./errors.ts";
import { createLog } from "./log.ts";

const database = await createTestDatabase();

/** Every ended attempt: its request, how it ended, and why. */
async function getHistory(): Promise<string[]> {
  const attempts = await database.query("select * from batch.history order by created_at, attempt");
  return attempts.map(({ request_id, status, reason }) => `${request_id} ${status} ${reason}`);
}

const doNothing = () => Promise.resolve();

/** Moves the pod's clock forward by a minute. */
function advanceOneMinute(): void {
  const now = performance.now.bind(performance);
  mock.method(performance, "now", () => now() + 60_000);
}

/** A pod's connection, and the statements answered on it. */
function recordStatements(onAnswer: (name: string) => void = () => undefined) {
  const connection = database.connect();
  const run = connection.run.bind(connection);
  const names: string[] = [];
  mock.method(connection, "run", async (...args: Parameters<typeof run>) => {
    const rows = await run(...args);
    names.push(args[0]);
    onAnswer(args[0]);
    return rows;
  });
  const waitsOrTakes = () =>
    names.includes("take_over") || names.slice(names.indexOf("reclaim") + 1).includes("reclaim");
  return { connection, decided: () => until("it has waited, or taken over", waitsOrTakes) };
}

/** A connection through a proxy, and a signal that asks the pod to stop once an answer was lost. */
async function connectLossily() {
  const proxy = await createProxy();
  const stop = new AbortController();
  const log = createLog({}, () => stop.abort(new InterruptedError("SIGTERM")));
  return { proxy, connection: database.connect(undefined, proxy.address, log), signal: stop.signal };
}

afterEach(async () => {
  mock.restoreAll();
  await database.reset();
});

test("a pod that an outage delayed gives the previous one time to announce its stop", async () => {
  await database.insert();
  const { connection: previous, attempt } = await startAttempt(database, claimParams("a"));
  let answers = 0;
  const { connection, decided } = recordStatements(() => {
    if (++answers === 1) advanceOneMinute();
  });
  const ended = runPod(connection, 1, doNothing);
  await decided();
  await announceStop(previous, attempt, 30);
  await fail(previous, attempt, { reason: "interrupted", message: "asked to stop", final: false });
  assert.equal(await ended, "succeeded");
  assert.deepEqual(await getHistory(), ["1 FAILED interrupted", "1 SUCCESS null"]);
});

test("a pod that has worked takes nothing from its Job's next pod, which claimed between two of its requests", async () => {
  await database.insert(2);
  const started = Promise.withResolvers<Awaited<ReturnType<typeof startAttempt>>>();
  const { connection, decided } = recordStatements((name) => {
    if (name === "reclaim") advanceOneMinute();
  });
  const work = async () => {
    started.resolve(await startAttempt(database, claimParams("other")));
    await database.query("update batch.queue set job_name = 'a' where request_id = 2");
  };
  const ended = runPod(connection, 2, work);
  const { connection: next, attempt } = await started.promise;
  await decided();
  await succeed(next, { ...attempt, jobName: "a" });
  assert.equal(await ended, "succeeded");
  assert.deepEqual(await getHistory(), ["1 SUCCESS null", "2 SUCCESS null"]);
});

test("a pod that is asked to stop frees its next request even if the statement whose answer was lost is refused when repeated", async () => {
  await database.insert(2);
  const proxy = await createProxy();
  const stop = new AbortController();
  let renamed: Promise<void> | undefined;
  const rename = async () => {
    proxy.cut();
    await database.query("alter function batch.succeed_and_claim rename to other");
    proxy.restore();
    stop.abort(new InterruptedError("SIGTERM"));
  };
  const log = createLog({}, () => {
    renamed ??= rename();
  });
  const connection = database.connect(undefined, proxy.address, log);
  const ended = await runPod(connection, 2, async () => proxy.loseNextAnswer(), { signal: stop.signal });
  await renamed;
  await database.query("alter function batch.other rename to succeed_and_claim");
  assert.equal(ended, "interrupted");
  assert.deepEqual(await getHistory(), ["1 SUCCESS null", "2 FAILED interrupted"]);
});

for (const lost of ["its first", "its next"]) {
  test(`a pod goes on at once with ${lost} request when the answer with it is lost, though a proxy keeps the server's end open`, async () => {
    await database.insert(2);
    const { proxy, connection } = await connectLossily();
    let runs = 0;
    async function work(): Promise<void> {
      if (++runs === 1 && lost === "its next") proxy.loseNextAnswer(true);
    }
    if (lost === "its first") {
      await connection.run("demand", ["clap", 1, 10, 40]);
      proxy.loseNextAnswer(true);
    }
    assert.equal(await runPod(connection, 2, work), "succeeded");
    assert.deepEqual(await getHistory(), ["1 SUCCESS null", "2 SUCCESS null"]);
  });
}

for (const [lost, serverWaits, history] of [
  ["its first", true, ["1 FAILED interrupted"]],
  ["its next", true, ["1 SUCCESS null", "2 FAILED interrupted"]],
  ["its next", false, ["1 SUCCESS null", "2 FAILED interrupted"]],
] as const) {
  const unknown = serverWaits ? ", and the server does not know that" : "";
  test(`a pod that is asked to stop while the answer with ${lost} request is lost${unknown}, frees it`, async () => {
    await database.insert(2);
    const { proxy, connection, signal } = await connectLossily();
    const loseAnswer = async () => proxy.loseNextAnswer(serverWaits);
    if (lost === "its first") {
      await connection.run("demand", ["clap", 1, 10, 40]);
      await loseAnswer();
    }
    assert.equal(await runPod(connection, 2, loseAnswer, { signal }), "interrupted");
    assert.deepEqual(await getHistory(), history);
    assert.deepEqual(await database.query("select from batch.queue where job_name is not null"), []);
    assert.deepEqual(await database.queued(), lost === "its first" ? [1, 2] : [2]);
  });
}

test("a pod takes over from a previous one that still holds the request after some seconds", async () => {
  await database.insert();
  await startAttempt(database, claimParams("a"));
  const { connection } = recordStatements((name) => {
    if (name === "reclaim") advanceOneMinute();
  });
  assert.equal(await runPod(connection, 1, doNothing), "succeeded");
  assert.deepEqual(await getHistory(), ["1 FAILED crashed", "1 SUCCESS null"]);
});

test("a pod is counted as arriving at its start, and again if nothing waited at its last success", async () => {
  await database.insert(3);
  const arrivals = async () => {
    const [row] = await database.query(
      "select case when is_called then last_value else 0 end n from batch.arrivals_clap",
    );
    return Number(row?.n);
  };
  const before = await arrivals();
  assert.equal(await runPod(database.connect(), 3, doNothing), "succeeded");
  assert.equal(await arrivals(), before + 1);
  await database.insert();
  assert.equal(await runPod(database.connect(), 9, doNothing), "succeeded");
  assert.equal(await arrivals(), before + 3);
});

test("a Job of many requests keeps nothing of the finished ones in memory", { timeout: 300_000 }, async () => {
  const WARM = 500;
  const REQUESTS = 2_500;
  await database.insert(REQUESTS);
  let run = 0;
  let before = 0;
  async function work(): Promise<void> {
    if (++run === WARM) before = await usedHeap();
  }
  const outcome = await runPod(database.connect(), REQUESTS, work, { env: { TIMEOUT_SECONDS: "600" } });
  assert.deepEqual([outcome, run], ["succeeded", REQUESTS]);
  const leak = ((await usedHeap()) - before) / (REQUESTS - WARM);
  assert.ok(leak < 200, `${leak} bytes a request`);
});
