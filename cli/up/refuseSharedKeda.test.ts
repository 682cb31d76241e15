import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refuseSharedKeda } from "./refuseSharedKeda.ts";

const STATE = { ownsKeda: true, namespaces: ["keda", "mine"], scaledJobs: [{ namespace: "shared", name: "claps" }] };

const objects = (...names: readonly string[]) =>
  names.map((path) => {
    const [kind = "", namespace = "", name = "", deletionTimestamp] = path.split("/");
    return { kind, metadata: { namespace, name, ...(deletionTimestamp && { deletionTimestamp }) } };
  });

function refuse(found: readonly object[], state = STATE): Promise<void> {
  return refuseSharedKeda({ listKnown: async <Item>() => found as Item[] }, state);
}

describe("a stack that has installed KEDA", () => {
  test("may be removed while only its own objects, and those in its namespaces, use it", async () => {
    await refuse(objects("ScaledJob/shared/claps", "ScaledJob/mine/page", "ScaledJob/depot/page/2026-11-27T05:22:00Z"));
    await refuse([]);
  });

  test("may not be removed while others use it, who would lose their ScaledJobs and running Jobs", async () => {
    await assert.rejects(refuse(objects("ScaledJob/shared/claps", "ScaledJob/depot/page")), {
      message: /^KEDA must not be used by others .*; got ScaledJob depot\/page\. Remove these first/,
    });
    const many = ["ScaledObject/a/claps", "ScaledJob/a/b", "ScaledJob/a/c", "ScaledJob/a/d", "ScaledJob/a/e"];
    await assert.rejects(refuse(objects(...many)), {
      message: /; got ScaledObject a\/claps, ScaledJob a\/b, ScaledJob a\/c and 2 more\. /,
    });
  });

  test("is not asked if it uses an existing KEDA", () =>
    refuse(objects("ScaledJob/depot/page"), { ...STATE, ownsKeda: false }));
});
