import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseLostKeda } from "./refuseLostKeda.ts";

test("settings that keep the stack's KEDA, or do not concern one, are accepted", () => {
  for (const [installedKeda, wanted] of [
    [true, true],
    [true, undefined],
    [false, false],
    [false, true],
  ] as const)
    refuseLostKeda({ installedKeda }, wanted);
});

test("settings that would uninstall the KEDA of every stack in the cluster are refused", () => {
  assert.throws(() => refuseLostKeda({ installedKeda: true }, false), {
    message: /^keda must stay installed by this stack .*; got keda\.existing\. /,
  });
});
