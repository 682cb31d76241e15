import assert from "node:assert/strict";
import { test } from "node:test";
import { settingNames } from "./settingNames.ts";

test("a setting of a misspelt project keeps it, so that it is refused; settings of providers are left out", () => {
  const keys = [
    "shop:cpu",
    "shop:wrong",
    "shp:maxReplicaCount",
    "kubernetes:namespace",
    "postgresql:database",
    "aws:region",
  ];
  assert.deepEqual(settingNames(keys, "shop"), ["cpu", "wrong", "shp:maxReplicaCount"]);
});
