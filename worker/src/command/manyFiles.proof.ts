import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { createScriptWork } from "../../../tests/support/commandAttempt.ts";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { until } from "../../../tests/support/until.ts";
import { workContext } from "../../../tests/support/workContext.ts";
import { InterruptedError } from "../errors.ts";

test("a command that has left many files behind cannot delay the runner by their removal", async () => {
  const directory = createFolder();
  const kill = new AbortController();
  const script = "cd $TMPDIR; seq 20000 | xargs touch; trap '' TERM; echo ready; while :; do sleep 0.01; done";
  const stdout = new PassThrough().on("data", () => kill.abort(new InterruptedError("SIGTERM")));
  const work = createScriptWork(script, stdout, { directory });
  await work.run("{}", workContext({ signal: kill.signal, killSignal: kill.signal }));
  assert.notDeepEqual(readdirSync(directory), []);
  await until("they are removed meanwhile", () => readdirSync(directory).length === 0);
  await work.close();
});

test("many files are removed in little memory: the runner's part of the container's is small", () => {
  const folder = join(createFolder(), "folder");
  mkdirSync(folder);
  for (let file = 0; file < 30_000; file++) writeFileSync(join(folder, String(file)), "");
  // In a process of its own with a small young generation, whose garbage would otherwise vary by 40 MB (rm takes 60 MB).
  const program = `
    import { removeFolder } from ${JSON.stringify(import.meta.resolve("./removeFolder.ts"))};
    const before = process.resourceUsage().maxRSS;
    await removeFolder(${JSON.stringify(folder)});
    console.log(process.resourceUsage().maxRSS - before);`;
  const kib = Number(
    execFileSync(process.execPath, ["--max-semi-space-size=1", "--input-type=module", "--eval", program]),
  );
  assert.equal(existsSync(folder), false);
  assert.ok(kib < 40_000, `${kib} KiB`);
});
