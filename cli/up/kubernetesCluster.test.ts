import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPrograms } from "../../tests/support/programs.ts";
import { isReachable } from "./kubernetesCluster.ts";

describe("a cluster", () => {
  test("counts as unreachable if the kubeconfig's login program waits for input", async () => {
    const { folder } = await createPrograms({ kubectl: "exec sleep 600" });
    assert.equal(await isReachable("mine", { PATH: folder }, 1), false);
  });
});
