import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCommand } from "../support/command.ts";
import { createPrograms } from "../support/programs.ts";

const command = await createCommand("tests/e2e/main.ts");

describe("npm run e2e", { timeout: 60_000 }, () => {
  test("says that kubectl is missing, and where to get it", async () => {
    const { exitCode, stderr } = await command.start("short", { PATH: "/nowhere" }).ended;
    assert.equal(
      stderr,
      "kubectl must be on PATH (to install it: https://kubernetes.io/docs/tasks/tools/); it was not found\n",
    );
    assert.equal(exitCode, 64);
  });

  test("says that pulumi is missing", async () => {
    const { folder } = await createPrograms({ kubectl: "echo fake" });
    const { exitCode, stderr } = await command.start("short", { PATH: folder }).ended;
    assert.match(stderr, /^pulumi must be on PATH \(to install it: \S+\); it was not found\n$/);
    assert.equal(exitCode, 64);
  });

  test("--help shows every scenario and option", async () => {
    const { exitCode, stdout } = await command.start("--help").ended;
    assert.equal(exitCode, 0);
    for (const word of ["sixty", "short", "--polls <N>", "--keep"]) assert.ok(stdout.includes(word), stdout);
  });

  test("a wrong scenario ends with 64 and names every scenario", async () => {
    const { exitCode, stderr } = await command.start("down").ended;
    assert.match(stderr, /^NAME must be up, no-change, .*short.*; got "down"\n$/);
    assert.equal(exitCode, 64);
  });
});
