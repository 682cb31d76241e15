import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createScriptWork, runScript } from "../../../tests/support/commandAttempt.ts";
import { createFolder } from "../../../tests/support/createFolder.ts";
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

test("on the runner's own thread, nothing waits for the disk of the attempt's files", async (t) => {
  const directory = createFolder();
  const waits: string[] = [];
  const functions: object = fs;
  const isSync = ([name, value]: [string, unknown]) => name.endsWith("Sync") && typeof value === "function";
  const originals = Object.fromEntries(Object.entries(functions).filter(isSync));
  const use = (replacements: object) => {
    Object.assign(fs, replacements);
    syncBuiltinESMExports();
  };
  t.after(() => use(originals));
  for (const [name, original] of Object.entries(originals)) {
    use({
      [name](...args: unknown[]) {
        const path = String(args[0]);
        if (path.startsWith(directory)) waits.push(`${name} ${path.replace(/^.*\//, "")}`);
        return Reflect.apply(original, fs, args);
      },
    });
  }
  await runScript("echo '{}' > $BATCH_RESULT_FILE; env -i setsid sleep 60 & sleep 0.2", { directory });
  assert.deepEqual(waits, []);
});
