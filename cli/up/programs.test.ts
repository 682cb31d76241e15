import assert from "node:assert/strict";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../../tests/support/createFolder.ts";
import { type Program, pathLookup } from "./programs.ts";

const folder = createFolder({ kubectl: "", pulumi: "" });
await chmod(join(folder, "kubectl"), 0o755);
await mkdir(join(folder, "docker"));

describe("missing programs", () => {
  const needed: readonly Program[] = ["docker", "minikube", "kubectl", "pulumi"];

  test("are searched along the PATH, where neither a folder nor a non-executable file counts", () => {
    const isInstalled = pathLookup(`/nowhere::${folder}`);
    assert.deepEqual(needed.map(isInstalled), [false, false, true, false]);
    assert.equal(pathLookup(undefined)("kubectl"), false);
  });
});
