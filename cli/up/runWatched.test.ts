import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createPrograms } from "../../tests/support/programs.ts";
import { until } from "../../tests/support/until.ts";
import { runWatched } from "./runWatched.ts";

/** A program that ends with 7 when interrupted, which is possible once the file `ready` exists. */
const PULUMI = `trap "sleep 0.2; exit 7" INT; true > "\${0%/*}/ready"; while true; do sleep 0.05; done`;

describe("a watched program", () => {
  test("is interrupted and waited for when the watch finds a reason", async () => {
    const { folder } = await createPrograms({ pulumi: PULUMI });
    const found = async () => {
      await until("the program", () => existsSync(join(folder, "ready")));
      return ["a pod crashes"];
    };
    assert.deepEqual(await runWatched("pulumi", [], { PATH: folder }, found), {
      exitCode: 7,
      reason: ["a pod crashes"],
    });
  });

  test("ends the watch when it ends first", async () => {
    const { folder } = await createPrograms({ pulumi: "exit 3" });
    const watch = (ended: AbortSignal) =>
      new Promise<undefined>((resolve) => ended.addEventListener("abort", () => resolve(undefined)));
    assert.deepEqual(await runWatched("pulumi", [], { PATH: folder }, watch), { exitCode: 3, reason: undefined });
  });

  test("continues when the watch fails", async () => {
    const { folder } = await createPrograms({ pulumi: "sleep 0.2; exit 0" });
    const watch = () => Promise.reject(new Error("no answer"));
    assert.deepEqual(await runWatched("pulumi", [], { PATH: folder }, watch), { exitCode: 0, reason: undefined });
  });
});
