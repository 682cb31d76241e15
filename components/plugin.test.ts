import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as components from "./package.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { main } = createRequire(import.meta.url)("../package.json") as { readonly main: string };

describe("the plugin's entry", () => {
  test("has every component, and requires no TypeScript: Pulumi's plugin host would compile that", () => {
    const script = `
      require.extensions[".ts"] = (_, file) => { throw new Error("required " + file); };
      console.log(JSON.stringify(Object.keys(require(${JSON.stringify(ROOT)}))));`;
    const names = JSON.parse(execFileSync(process.execPath, ["--eval", script], { encoding: "utf8" }));
    assert.deepEqual(names.filter((name: string) => name in components).sort(), Object.keys(components).sort());
  });

  test("says which Node.js it needs where that one runs no TypeScript", () => {
    const { status, stderr } = spawnSync(process.execPath, ["--no-experimental-strip-types", main], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assert.equal(status, 1);
    const message = `Node.js must be 22.18 or newer, but not 23.0 to 23.5 (it runs the components' TypeScript as it is); got ${process.versions.node}`;
    assert.ok(stderr.includes(message), stderr);
  });
});
