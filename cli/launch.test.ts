import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { createFolder } from "../tests/support/createFolder.ts";

const PACKAGE = join(import.meta.dirname, "../package.json");
const { scripts } = JSON.parse(await readFile(PACKAGE, "utf8")) as { scripts: Record<string, string> };
const launch = await readFile(join(import.meta.dirname, "launch.mjs"));
const checkout = createFolder({ "cli/launch.mjs": launch });

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

test("a Node that does not run TypeScript, as 23.0 to 23.5 do not, is refused instead of failing on the types", async () => {
  await writeFile(join(checkout, "cli/main.ts"), "const one: number = 1;");
  const args = ["--no-experimental-strip-types", "cli/launch.mjs", "cli/main.ts"];
  const { stderr, status } = spawnSync(process.execPath, args, { cwd: checkout, encoding: "utf8" });
  assert.match(stderr, /^Node must be 22\.18 or newer, but not 23\.0 to 23\.5 \(it runs TypeScript directly\); got \d/);
  assert.equal(status, 64);
});

test("an option in NODE_OPTIONS that prevents Node from running TypeScript is named", async () => {
  await writeFile(join(checkout, "cli/main.ts"), "const one: number = 1;");
  const { stderr, status } = spawnSync(process.execPath, ["cli/launch.mjs", "cli/main.ts"], {
    cwd: checkout,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "--no-strip-types" },
  });
  assert.match(stderr, /^NODE_OPTIONS must not contain --no-strip-types \(Node runs TypeScript directly here\); got /);
  assert.equal(status, 64);
});

const LISTENER = `
  process.on("SIGTERM", () => process.exit(130));
  setTimeout(() => undefined, 30_000);
  console.log("ready");`;

for (const name of ["start", "up", "down", "bench", "chaos", "e2e"]) {
  test(`npm run ${name}: a signal sent to npm alone reaches the command, and npm waits for its end`, async () => {
    const [module = ""] = /[\w/]+\.ts/.exec(scripts[name] ?? "") ?? [];
    await cp(PACKAGE, join(checkout, "package.json"));
    await mkdir(join(checkout, dirname(module)), { recursive: true });
    await writeFile(join(checkout, module), LISTENER);
    const npm = spawn("npm", ["run", "--silent", name], { cwd: checkout, stdio: ["ignore", "pipe", "inherit"] });
    await once(npm.stdout, "data");
    npm.kill("SIGTERM");
    assert.deepEqual(await once(npm, "exit"), [130, null]);
  });
}
