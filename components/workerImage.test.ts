import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mockEngine, recordResources, settled } from "../tests/support/pulumi/recordResources.ts";
import { CONTENT, imageTag, WorkerImage } from "./workerImage.ts";

await mockEngine();
const root = fileURLToPath(new URL("..", import.meta.url));
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

test("the image is deleted without Docker's provider, which does nothing then but asks for a daemon", () => {
  assert.equal(built?.options.retainOnDelete, true);
});

test("its tag says what is in it, so that another base is another image", async () => {
  assert.match(images[0]?.reference ?? "", /^worker:[0-9a-f]{12}$/);
  await recordResources((options) => {
    const other = new WorkerImage("worker", { baseImage: "node:22-bookworm-slim" }, options);
    assert.notEqual(other.reference, images[0]?.reference);
    return other;
  });
});

test("its tag is of every file that the build is given, and of none else", async () => {
  const ignored = await readFile(join(root, "worker/Dockerfile.dockerignore"), "utf8");
  const given = [...ignored.matchAll(/^!(.*)$/gm)].map(([, path]) => path ?? "");
  assert.deepEqual([...CONTENT].sort(), ["worker/Dockerfile", "worker/Dockerfile.dockerignore", ...given].sort());
  assert.match(ignored, /^\*\*\/\*\.test\.ts$/m);

  const checkout = await mkdtemp(join(tmpdir(), "checkout-"));
  after(() => rm(checkout, { recursive: true }));
  for (const path of ["worker", "sql"]) await cp(join(root, path), join(checkout, path), { recursive: true });
  const tag = () => imageTag(checkout, "node:24");
  assert.equal(tag(), imageTag(root, "node:24"));

  const tags = [tag()];
  for (const file of ["worker/src/handlers/prompt.txt", "sql/migrations/9999_more.sql", "sql/statements/more.sql"]) {
    await writeFile(join(checkout, file), "");
    tags.push(tag());
  }
  for (const path of CONTENT.filter((its) => /\.\w+$|Dockerfile$/.test(its))) {
    await appendFile(join(checkout, path), "\n");
    tags.push(tag());
  }
  assert.equal(new Set(tags).size, 1 + 3 + 5, "each of them changes it");

  for (const file of ["worker/src/main.test.ts", "worker/src/new.test.ts", "sql/schema.sql"])
    await writeFile(join(checkout, file), "other");
  assert.equal(tag(), tags.at(-1));
});

test("a new cluster has it built again", async () => {
  assert.equal(await settled(built?.options.replacementTrigger), "cluster-uid");
});
