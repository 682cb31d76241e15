import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const checkout = await mkdtemp(join(tmpdir(), "checkout-"));
after(() => rm(checkout, { recursive: true }));
await mkdir(join(checkout, "cli"));
await cp(join(import.meta.dirname, "launch.mjs"), join(checkout, "cli/launch.mjs"));

for (const [what, source, stderr, exitCode] of [
  [
    "reports that npm ci has not been run",
    'import "pg";',
    /^cannot find the npm package pg; install the packages: npm ci --include=dev\n$/,
    64,
  ],
  ["hides no other error", 'throw new Error("broken");', /Error: broken\n/, 1],
] as const) {
  test(`a command ${what}`, async () => {
    await writeFile(join(checkout, "cli/main.ts"), source);
    const ended = spawnSync(process.execPath, ["cli/launch.mjs", "cli/main.ts"], { cwd: checkout, encoding: "utf8" });
    assert.match(ended.stderr, stderr);
    assert.equal(ended.status, exitCode);
  });
}
