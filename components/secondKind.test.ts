import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { codeBlocks } from "../tests/support/codeBlocks.ts";
import { createFolder } from "../tests/support/createFolder.ts";
import { configureStack } from "../tests/support/pulumi/configureStack.ts";
import { mockEngine, sentResources } from "../tests/support/pulumi/recordResources.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The stack's program, followed by the code block of docs/your-own-work.md. */
async function program(): Promise<string> {
  const page = await readFile(join(root, "docs/your-own-work.md"), "utf8");
  const block = codeBlocks(page, "ts").find((code) => code.startsWith("new BatchScaledJob"));
  const folder = createFolder({ "index.ts": `${await readFile(join(root, "index.ts"), "utf8")}\n${block}` });
  for (const name of ["components", "node_modules", "package.json", "sql", "worker"])
    await symlink(join(root, name), join(folder, name));
  return join(folder, "index.ts");
}

await mockEngine();
configureStack();
await import(pathToFileURL(await program()).href);
// Resolves when all resources have been sent.
await pulumi.runtime.disconnect();

const scaledJob = (name: string) => sentResources().get(`kubernetes:keda.sh/v1alpha1:ScaledJob ${name}`);

describe("a second kind, added as in docs/your-own-work.md", () => {
  test("is another ScaledJob, with its own query, workers and limit, and defaults otherwise", () => {
    const { metadata, spec } = scaledJob("pages");
    assert.equal(metadata.name, "pages");
    assert.deepEqual([spec.maxReplicaCount, spec.pollingInterval], [15, 30]);
    assert.equal(spec.triggers[0].metadata.query, "select batch.demand('page', 1, 3, 40) as jobs");
    const { env } = spec.jobTargetRef.template.spec.containers[0];
    assert.ok(JSON.stringify(env).includes('{"name":"KIND","value":"page"}'));
  });

  test("does not change the first kind", () => {
    const { spec } = scaledJob("postgres-batch");
    assert.equal(spec.maxReplicaCount, 50);
    assert.equal(spec.triggers[0].metadata.query, "select batch.demand('clap', 1, 10, 40) as jobs");
  });
});
