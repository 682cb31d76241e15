import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../../tests/support/createFolder.ts";
import { declaredConfig } from "../../tests/support/pulumi/declaredConfig.ts";
import { ROOT, refuses } from "../../tests/support/upPrograms.ts";
import { declaredKeys, misplacedSettings } from "./misplacedSettings.ts";

const KEYS = declaredKeys(await readFile(join(ROOT, "Pulumi.yaml"), "utf8"));

describe("a setting beside config:, which Pulumi ignores", () => {
  test("is any key of Pulumi.yaml", () => assert.deepEqual(KEYS, Object.keys(declaredConfig())));

  const misplaced: readonly (readonly [yaml: string, found: readonly string[]])[] = [
    ["config: {}\npostgres-batch:maxReplicaCount: 5\n", ["postgres-batch:maxReplicaCount", "2"]],
    ["maxReplicaCount: 5\r\n", ["maxReplicaCount", "1"]],
    ['config:\n  cpu: 1\n\n"postgres-batch:batches":\n  - kind: page\n', ["postgres-batch:batches", "4"]],
    ["config:\n  postgres-batch:maxReplicaCount: 5\n  cpu: 1\nencryptionsalt: v1:a\nsecretsprovider: b\n", []],
    ["pod: &pod\n  env: {}\nconfig:\n  postgres-batch:pod: *pod\n", []],
    ["page: &page { kind: page }\nconfig:\n  postgres-batch:batches:\n  - *page\n# maxReplicaCount: 5\n", []],
    ["", []],
  ];
  for (const [yaml, [key, line]] of misplaced) {
    test(`${key === undefined ? "is not found" : `is ${key}`} in ${JSON.stringify(yaml)}`, () => {
      const message = `${key} must be indented below "config:" in F (Pulumi ignores it elsewhere); got it beside config:, in line ${line}`;
      assert.deepEqual(misplacedSettings("F", yaml, KEYS), key === undefined ? [] : [message]);
    });
  }

  test("ends npm run up before anything is started", async () => {
    const folder = createFolder({ "settings.yaml": "postgres-batch:kubernetesContext: production\n" });
    const file = join(folder, "settings.yaml");
    const says = /^postgres-batch:kubernetesContext must be indented below "config:" in .*settings\.yaml /;
    await refuses("up", { args: ["--config-file", file] }, { says, without: /^(minikube|docker)|^pulumi (up|stack)/ });
  });
});
