import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseLostNamespaces } from "./refuseLostNamespaces.ts";

const STATE = { configured: ["batches", "keda"] };

test("settings that keep every namespace of the stack are accepted, and those that are not known", () => {
  for (const wanted of [["keda", "batches"], ["batches", "keda", "more"], undefined])
    refuseLostNamespaces(STATE, wanted);
  refuseLostNamespaces({ configured: [] }, []);
});

test("settings that would delete a namespace with everything in it are refused", () => {
  for (const [wanted, lost] of [
    [["other", "keda"], "batches"],
    [["batches"], "keda"],
    [[], "batches and keda"],
  ] as const)
    assert.throws(() => refuseLostNamespaces(STATE, wanted), {
      message: new RegExp(`^the settings must keep the namespace .*; got settings that do not create ${lost}\\. `),
    });
});
