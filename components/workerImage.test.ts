import assert from "node:assert/strict";
import { test } from "node:test";
import { mockEngine, recordResources, settled } from "./testing/recordResources.ts";
import { WorkerImage } from "./workerImage.ts";

await mockEngine();
const images: WorkerImage[] = [];
const resources = await recordResources((options) => {
  const image = new WorkerImage("worker", { baseImage: "node:24-bookworm-slim" }, options);
  images.push(image);
  return image;
});
const built = resources.find(({ type }) => type === "docker:index/image:Image");

test("the image is built from the project with the base that the stack says, and never pushed", () => {
  const { imageName, skipPush, build } = built?.inputs ?? {};
  assert.equal(imageName, images[0]?.reference);
  assert.equal(skipPush, true);
  const { context, dockerfile, args } = build as Record<string, unknown>;
  assert.deepEqual([context, dockerfile, args], [".", "worker/Dockerfile", { BASE: "node:24-bookworm-slim" }]);
  assert.equal(built?.parent, "WorkerImage worker");
});

test("its tag says what is in it, so that another base is another image", async () => {
  assert.match(images[0]?.reference ?? "", /^worker:[0-9a-f]{12}$/);
  await recordResources((options) => {
    const other = new WorkerImage("worker", { baseImage: "node:22-bookworm-slim" }, options);
    assert.notEqual(other.reference, images[0]?.reference);
    return other;
  });
});

test("a new cluster has it built again", async () => {
  assert.equal(await settled(built?.options.replacementTrigger), "cluster-uid");
});
