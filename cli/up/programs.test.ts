import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Program, pathLookup } from "./programs.ts";

const folder = await mkdtemp(join(tmpdir(), "programs-"));
after(() => rm(folder, { recursive: true }));
await writeFile(join(folder, "kubectl"), "");
await chmod(join(folder, "kubectl"), 0o755);
await writeFile(join(folder, "pulumi"), "");
await mkdir(join(folder, "docker"));

describe("missing programs", () => {
  const needed: readonly Program[] = ["docker", "minikube", "kubectl", "pulumi"];

  test("are searched along the PATH, where neither a folder nor a non-executable file counts", () => {
    const isInstalled = pathLookup(`/nowhere::${folder}`);
    assert.deepEqual(needed.map(isInstalled), [false, false, true, false]);
    assert.equal(pathLookup(undefined)("kubectl"), false);
  });
});
