import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { usePrograms } from "../tests/support/programs.ts";
import { mockEngine, recordResources, settled } from "../tests/support/pulumi/recordResources.ts";
import { CommandImage } from "./commandImage.ts";
import { findBuiltImage, overlaidImage } from "./overlaidImage.ts";
import type { WorkerImageArgs } from "./workerImage.ts";

await mockEngine();
const RUNNER = { reference: "postgres-batch-runner:abc", pullPolicy: "Never" };

async function record(imageId: string, runner = RUNNER) {
  const args = { image: "pages:1", imageId, runner, rebuildTrigger: "cluster-uid" };
  const { component, resources } = await recordResources((options) => new CommandImage("page", args, options));
  const built = resources.find(({ type }) => type === "docker:index/image:Image");
  return { image: await settled(output(component.image)), built };
}

describe("CommandImage", () => {
  test("adds the runner to the command's image and is built by the daemon", async () => {
    const { image, built } = await record("sha256:1");
    const { imageName, skipPush, build } = built?.inputs ?? {};
    assert.deepEqual(image, { reference: imageName, pullPolicy: "Never" });
    assert.match(imageName, /^postgres-batch-command-page:[0-9a-f]{12}$/);
    assert.equal(skipPush, true);
    assert.ok(existsSync(build.dockerfile));
    assert.deepEqual(build.args, { IMAGE: "pages:1", RUNNER: RUNNER.reference });
    assert.equal(await settled(output(built?.options.replacementTrigger)), "cluster-uid");
  });

  test("gets another tag when the command's image is rebuilt under the same name, or when the runner changes", async () => {
    const names = [
      await record("sha256:1"),
      await record("sha256:2"),
      await record("sha256:1", { ...RUNNER, reference: "postgres-batch-runner:def" }),
    ].map(({ image }) => image.reference);
    assert.equal(new Set(names).size, 3);
  });
});

describe("overlaidImage", () => {
  const page = { image: "pages:1" };
  async function isOverlaid(batch: Parameters<typeof findBuiltImage>[0], worker: WorkerImageArgs): Promise<boolean> {
    await usePrograms({ docker: `echo '[{ "Id": "sha256:1f", "RepoDigests": [] }]'` });
    const built = findBuiltImage(batch, worker);
    return overlaidImage({ name: "page", ...batch }, built, { runner: RUNNER }, {}) !== undefined;
  }

  test("is defined for an image that was built by the same daemon as the stack's images", async () =>
    assert.ok(await isOverlaid(page, { build: {} })));

  for (const [what, batch, worker] of [
    ["a stack that pushes to a registry", page, { build: { registry: "registry.example" } }],
    ["a stack with existing images", page, { existing: "worker:1" }],
    ["an image with a pull policy", { ...page, imagePullPolicy: "IfNotPresent" }, { build: {} }],
    ["a handler", {}, { build: {} }],
  ] as const)
    test(`is undefined for ${what}`, async () => assert.ok(!(await isOverlaid(batch, worker))));
});
