import assert from "node:assert/strict";
import { test } from "node:test";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { Keda } from "./keda.ts";

await mockEngine();
const [component, namespace, release, ...others] = await recordResources(
  (options) => new Keda("keda", { chart: "charts/keda.tgz", imageRegistry: "mirror.example" }, options),
);

test("KEDA is a namespace and a release in it, and nothing else", () => {
  assert.deepEqual(others, []);
  assert.equal(component?.type, "postgres-batch:index:Keda");
  assert.deepEqual(component?.inputs, {});
  assert.deepEqual(
    [namespace, release].map((its) => [its?.type, its?.name, its?.parent]),
    [
      ["kubernetes:core/v1:Namespace", "keda-namespace", "Keda keda"],
      ["kubernetes:helm.sh/v3:Release", "keda", "Keda keda"],
    ],
  );
});

test("the release is uninstalled on its own, since most of it is outside of the namespace", () => {
  assert.equal(release?.deletedWith, undefined);
});

test("the release is the pinned chart from where the stack says, under a name that lasts", () => {
  const { name, namespace: its, chart, version, values } = release?.inputs ?? {};
  assert.deepEqual([name, its, chart, version], ["keda", "keda", "charts/keda.tgz", "2.20.2"]);
  const { global, image, metricsServer, env } = values as Record<string, unknown>;
  assert.deepEqual(global, { image: { registry: "mirror.example" } });
  assert.deepEqual(image, { pullPolicy: "IfNotPresent" });
  assert.deepEqual(metricsServer, { enabled: false });
  assert.deepEqual(env, [{ name: "PGCONNECT_TIMEOUT", value: "2" }]);
});
