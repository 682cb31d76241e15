import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseLostNamespaces } from "./refuseLostNamespaces.ts";

const BATCHES = { component: "Postgres", name: "batches" } as const;
const KEDA = { component: "Keda", name: "keda" } as const;
const STATE = { configured: [BATCHES, KEDA] };

test("settings that keep every namespace of the stack are accepted, and those that are not known", () => {
  for (const wanted of [[KEDA, BATCHES], [BATCHES, KEDA, { component: "Keda", name: "more" } as const], undefined])
    refuseLostNamespaces(STATE, wanted);
  refuseLostNamespaces({ configured: [] }, []);
});

test("settings that would delete a namespace with everything in it are refused", () => {
  for (const [wanted, lost] of [
    [[{ ...BATCHES, name: "other" }, KEDA], "batches"],
    [[BATCHES], "keda"],
    [[], "batches and keda"],
    [
      [
        { ...BATCHES, name: "keda" },
        { ...KEDA, name: "batches" },
      ],
      "batches and keda",
    ],
  ] as const)
    assert.throws(() => refuseLostNamespaces(STATE, wanted), {
      message: new RegExp(`^the settings must keep the namespace .*; got settings that do not create ${lost}\\. `),
    });
});
