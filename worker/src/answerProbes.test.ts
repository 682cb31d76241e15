import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { listenSomewhere } from "../../tests/support/freePort.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { until } from "../../tests/support/until.ts";
import { answerProbes } from "./answerProbes.ts";

const { log, lines } = recordLog();
const { port, close } = await listenSomewhere();

test("a port in use causes one warning that names it and says what to do", async () => {
  answerProbes(port, log);
  const line = await until("a warning", () => lines.at(0));
  assert.partialDeepStrictEqual(JSON.parse(line), { level: "warn", port });
  assert.match(line, /cannot answer liveness probes.*choose another livenessPort.*EADDRINUSE/);
  assert.equal(lines.length, 1);
});

test("every request is answered with 200 and a closed connection", async () => {
  await close();
  answerProbes(port, log);
  await sleep(0);
  for (const path of ["/postgres-batch/alive", "/", "/x?y=1"]) {
    const [response] = await once(request({ port, path, agent: false }).end(), "response");
    response.resume();
    await once(response, "end");
    assert.deepEqual([response.statusCode, response.headers.connection], [200, "close"]);
  }
});

test("clients that send nothing, reset the connection, or send garbage have no effect", async () => {
  const silent = connect(port);
  await once(silent, "connect");
  const reset = connect(port);
  await once(reset, "connect");
  reset.resetAndDestroy();
  const nonsense = connect(port).end("\0".repeat(100_000));
  nonsense.resume();
  await once(nonsense, "close");
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  silent.destroy();
  assert.equal(lines.length, 1);
});
