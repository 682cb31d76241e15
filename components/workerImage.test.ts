import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { output, secret } from "@pulumi/pulumi";
import { createFolder } from "../tests/support/createFolder.ts";
import { assertRefused } from "../tests/support/pulumi/problems.ts";
import { mockEngine, PASSWORD, recordResources, settled } from "../tests/support/pulumi/recordResources.ts";
import { buildInputs, type ImageBuildArgs, imageTag, WorkerImage, type WorkerImageArgs } from "./workerImage.ts";

await mockEngine();
const root = fileURLToPath(new URL("..", import.meta.url));

async function record(args: WorkerImageArgs, name = "worker") {
  const { component, resources } = await recordResources((options) => new WorkerImage(name, args, options));
  return { component, built: resources.find(({ type }) => type === "docker:index/image:Image") };
}

const { component, built } = await record({ rebuildTrigger: "cluster-uid" });

test("by default the image is built by the daemon, and never pushed or pulled", () => {
  const { imageName, skipPush, build } = built?.inputs ?? {};
  assert.deepEqual(component.image, { reference: imageName, pullPolicy: "Never" });
  assert.equal(skipPush, true);
  const { context, dockerfile, args, platform } = build;
  assert.deepEqual([context, dockerfile, args], [".", "worker/Dockerfile", { BASE: "node:24-bookworm-slim" }]);
  assert.match(platform, /^linux\/(amd64|arm64)$/);
  assert.equal(built?.parent, "WorkerImage worker");
  assert.deepEqual(component.nodeSelector, {}, "the daemon runs on the node");
});

test("it is deleted without Docker's provider, which would need a daemon to do nothing", () => {
  assert.equal(built?.options.retainOnDelete, true);
});

test("its tag depends on the base image, the platform and the stage", async () => {
  const reference = async (build: ImageBuildArgs) => (await record({ build }, "other")).component.image.reference;
  const references = [
    await reference({}),
    await reference({ baseImage: "node:22-bookworm-slim" }),
    await reference({ platform: process.arch === "arm64" ? "linux/amd64" : "linux/arm64" }),
    await reference({ target: "runner" }),
  ];
  for (const one of references) assert.match(String(one), /^other:[0-9a-f]{12}$/);
  assert.equal(new Set(references).size, 4);
});

test("it is rebuilt for another cluster, whose daemon does not have it", async () => {
  assert.equal(await settled(output(built?.options.replacementTrigger)), "cluster-uid");
});

test("an image for a registry is pushed, pulled by its content-based tag, and runs on nodes of its architecture", async () => {
  const build = { registry: "localhost:5000/batch", pullRegistry: "registry:5000/batch", platform: "linux/arm64" };
  const { component: pushed, built: image } = await record({ build, rebuildTrigger: "x" }, "pushed");
  const { imageName, skipPush, build: built } = image?.inputs ?? {};
  assert.match(imageName, /^localhost:5000\/batch\/pushed:[0-9a-f]{12}$/);
  assert.deepEqual([skipPush, built.platform], [false, "linux/arm64"]);
  assert.ok(!("registry" in (image?.inputs ?? {})), "docker login supplies the credentials");
  const reference = imageName.replace("localhost", "registry");
  assert.deepEqual(pushed.image, { reference, pullPolicy: "IfNotPresent" });
  assert.deepEqual(pushed.nodeSelector, { "kubernetes.io/arch": "arm64" });
  assert.equal(image?.options.replacementTrigger, undefined, "a registry keeps it for every cluster");
});

test("registry credentials are passed on as secrets", async () => {
  for (const password of [PASSWORD, secret(PASSWORD)]) {
    const build = { registry: "registry.example/team", credentials: { username: "ci", password } };
    const { built: image } = await record({ build }, typeof password === "string" ? "plain" : "secret");
    assert.equal(image?.inputs.registry, "[secret]");
  }
});

test("an existing image is neither built nor read", async () => {
  const { component: existing, built: none } = await record({ existing: "registry.example/worker:1" }, "existing");
  assert.equal(none, undefined);
  assert.deepEqual(existing.image, { reference: "registry.example/worker:1" });
});

const wrong: Record<string, object> = {
  "image must have one of build and existing": { build: {}, existing: "a:1" },
  "existing must be an image reference": { existing: "A B" },
  "build.registry must be": { build: { registry: "https://registry.example" } },
  "build.platform must be linux/amd64 or linux/arm64": { build: { platform: "windows/amd64" } },
  "build.pullRegistry must be set together with registry": { build: { pullRegistry: "a" } },
  "build.credentials must be set together with registry": { build: { credentials: { username: "a", password: "b" } } },
  "build.credentials.password must be a string": { build: { registry: "a", credentials: { username: "a" } } },
  'got "tag"': { build: { tag: "1" } },
};
for (const name of ["workerImage", "worker image", "-worker"]) {
  test(`an image that is built may not be named ${name}, an existing one may`, () => {
    assert.throws(() => new WorkerImage(name, {}), /\nname must be a name of a-z/);
    assert.ok(new WorkerImage(name, { existing: "worker:1" }));
  });
}
for (const [says, args] of Object.entries(wrong))
  test(`a mistake in its arguments is refused with one message: ${says}`, () =>
    assertRefused(() => new WorkerImage("wrong", args as WorkerImageArgs), says));

test("its tag depends on every file of the build context, and on no other", async () => {
  const ignored = await readFile(join(root, "worker/Dockerfile.dockerignore"), "utf8");
  assert.match(ignored, /^\*\*\/\*\.test\.ts$/m);
  const inputs = buildInputs(root);
  const dockerfiles = ["worker/Dockerfile", "worker/Dockerfile.dockerignore"];
  for (const input of [...dockerfiles, "worker/src", "sql/migrations", "sql/roles.sql"])
    assert.ok(inputs.includes(input), input);

  const checkout = createFolder();
  for (const path of ["worker", "sql"]) await cp(join(root, path), join(checkout, path), { recursive: true });
  const tag = () => imageTag(checkout, ["node:24"]);
  assert.equal(tag(), imageTag(root, ["node:24"]));

  const tags = [tag()];
  const files = inputs.filter((path) => /\.\w+$|Dockerfile$/.test(path));
  for (const file of ["worker/src/handlers/prompt.txt", "sql/migrations/9999_more.sql", "sql/statements/more.sql"]) {
    await writeFile(join(checkout, file), "");
    tags.push(tag());
  }
  for (const path of files) {
    await appendFile(join(checkout, path), "\n");
    tags.push(tag());
  }
  assert.equal(new Set(tags).size, 1 + 3 + files.length, "each of them changes it");

  for (const file of ["worker/src/main.test.ts", "worker/src/new.test.ts", "sql/schema.sql"])
    await writeFile(join(checkout, file), "other");
  assert.equal(tag(), tags.at(-1));
});

test("every file that is copied into the image gets its mode there: in the checkout only its owner may be able to read it", async () => {
  const copies = (await readFile(join(root, "worker/Dockerfile"), "utf8")).match(/^COPY (?!--from).*$/gm) ?? [];
  assert.ok(copies.length > 4);
  for (const copy of copies) assert.match(copy, /^COPY --chmod=755 /);
});

test("its tag is the same in a checkout whose line endings git has converted", async () => {
  const [folder, clone] = [createFolder(), createFolder()];
  const options = { recursive: true, filter: (file: string) => !file.includes("node_modules") };
  for (const path of ["worker", "sql", ".gitattributes"]) await cp(join(root, path), join(folder, path), options);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.example", ...args]);
  git("init", "--quiet", folder);
  git("-C", folder, "add", ".");
  git("-C", folder, "commit", "--quiet", "--message", "all");
  git("-c", "core.autocrlf=true", "-c", "core.eol=crlf", "clone", "--quiet", folder, clone);
  assert.equal(imageTag(clone, []), imageTag(root, []));
});
