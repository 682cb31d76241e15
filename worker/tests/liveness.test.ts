import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { afterEach, describe, test } from "node:test";
import { shell } from "../../tests/support/commandAttempt.ts";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { findFreePort, listenSomewhere } from "../../tests/support/freePort.ts";
import { until } from "../../tests/support/until.ts";
import { createWorkers } from "../../tests/support/workers.ts";

const database = await createTestDatabase();
const workers = createWorkers(database);
const directory = createFolder();

/** Asks as the kubelet does; false: no answer in that time. */
async function isAlive(port: number, timeoutMs = 5_000): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal }).catch(() => undefined);
  return response?.status === 200;
}

/** Starts a worker that answers probes, and waits until its clap runs. */
async function startClap() {
  const port = await findFreePort();
  await workers.insert(60);
  const pod = workers.start("a", { LIVENESS_PORT: String(port) });
  await workers.running(1);
  return { port, pod };
}

/** Starts a worker that answers probes, whose work is a shell script, and waits until both are there. */
async function startCommand(script: string, env: NodeJS.ProcessEnv = {}) {
  const port = await findFreePort();
  await workers.insert(0);
  const command = { COMMAND: JSON.stringify(shell(script)), COMMAND_DIRECTORY: directory };
  const pod = workers.start("a", { LIVENESS_PORT: String(port), ...command, ...env });
  await until("the command runs", () => pod.outputTail().includes("ready"));
  await until("an answer", () => isAlive(port));
  return { port, pod };
}

describe("a worker with a liveness port", { timeout: 120_000 }, () => {
  afterEach(async () => {
    await workers.end();
    await database.reset();
  });

  test("answers while its handler works, not while it is stopped (SIGSTOP), and then again", async () => {
    const { port, pod } = await startClap();
    await until("an answer", () => isAlive(port));
    pod.kill("SIGSTOP");
    // Connections are still accepted, by the kernel.
    await until("no answer", async () => !(await isAlive(port, 500)));
    pod.kill("SIGCONT");
    await until("an answer", () => isAlive(port));
  });

  test("killed while it is stopped has crashed, and its Job's next pod runs the request at once", async () => {
    const { port, pod } = await startClap();
    pod.kill("SIGSTOP");
    pod.kill("SIGTERM");
    pod.kill("SIGKILL");
    assert.equal(await pod.ended, 137);
    workers.start("a", { LIVENESS_PORT: String(port) });
    await workers.running(2);
    const attempts = await database.query("select status, reason from clap_attempt where attempt = 1");
    assert.deepEqual(attempts, [{ status: "FAILED", reason: "crashed" }]);
  });

  test("answers after SIGTERM until it exits", async () => {
    const { port, pod } = await startCommand("trap '' TERM; echo ready; for n in $(seq 1000); do sleep 0.01; done", {
      GRACE_SECONDS: "5",
    });
    pod.kill("SIGTERM");
    const asked = performance.now();
    let answers = 0;
    let ended = false;
    void pod.ended.then(() => (ended = true));
    while (performance.now() - asked < 2_500) {
      assert.ok(await isAlive(port));
      answers++;
      assert.equal(ended, false);
    }
    assert.ok(answers > 0);
    assert.equal(await pod.ended, 4);
  });

  test("answers in time while its command uses every CPU", async () => {
    // They end without the worker, too, in case the test fails.
    const burn = "timeout 20 sh -c 'while :; do :; done' & ".repeat(4 * availableParallelism());
    const { port, pod } = await startCommand(`${burn} echo ready; wait`);
    for (let probe = 0; probe < 20; probe++) assert.ok(await isAlive(port));
    pod.kill("SIGTERM");
    assert.equal(await pod.ended, 4);
  });

  test("that is taken logs one warning and still does its work", async () => {
    const taken = await listenSomewhere();
    await workers.insert(1);
    const pod = workers.start("a", { LIVENESS_PORT: String(taken.port) });
    assert.equal(await pod.ended, 0);
    assert.equal(pod.outputTail().match(/cannot answer liveness probes/g)?.length, 1);
    assert.deepEqual(await database.query("select status from clap"), [{ status: "SUCCESS" }]);
    await taken.close();
  });
});
