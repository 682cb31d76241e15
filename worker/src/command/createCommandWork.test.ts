import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createScriptWork } from "../../../tests/support/commandAttempt.ts";
import { recordLog } from "../../../tests/support/recordLog.ts";
import { replaceFiles } from "../../../tests/support/replaceFiles.ts";
import { workContext } from "../../../tests/support/workContext.ts";

/** Runs a command that leaves 100 files and is killed, where each removal of a file takes as long as `unlink`. */
async function removeSlowly(t: TestContext, unlink: () => Promise<void>) {
  replaceFiles(t, { unlink });
  const kill = new AbortController();
  const { log, lines } = recordLog();
  const stdout = new PassThrough().on("data", () => kill.abort());
  const work = createScriptWork("cd $TMPDIR; touch $(seq 100); echo ready; sleep 60", stdout);
  const result = await work.run("{}", workContext({ signal: kill.signal, killSignal: kill.signal, log }));
  await work.close();
  return { result, stuck: work.stuck, log: lines.join("") };
}

test("a disk that hangs when the files are removed does not change the result, and exiting would wait for it", async (t) => {
  const { result, stuck } = await removeSlowly(t, () => new Promise(() => undefined));
  assert.match(JSON.stringify(result), /"interrupted",.*ended by SIG/);
  assert.equal(stuck, true);
});

test("files that are removed slowly do not keep a runner that must end: it leaves the rest, and logs that", async (t) => {
  const { result, stuck, log } = await removeSlowly(t, () => sleep(20));
  assert.match(JSON.stringify(result), /"interrupted",.*ended by SIG/);
  assert.equal(stuck, false);
  assert.match(log, /files were not removed.*the runner ends before all are removed/);
});
