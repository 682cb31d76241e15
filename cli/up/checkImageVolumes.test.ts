import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { checkImageVolumes } from "./checkImageVolumes.ts";

/** What the API server makes of a pod with such a volume: with the feature, without it, and where no pod may be created. */
const ACCEPTED = { exitCode: 0, signal: null, stdout: "runner:1", stderr: "" };
const REMOVED = { ...ACCEPTED, stdout: "" };
const FORBIDDEN = { ...ACCEPTED, exitCode: 1, stdout: "", stderr: "Error from server (Forbidden): pods is forbidden" };

/** Checks a cluster whose nodes have these container runtimes. */
async function check(
  runtimes: readonly string[] | undefined,
  { answer = ACCEPTED, mountsRunner = true } = {},
): Promise<void> {
  const nodes = runtimes?.map((containerRuntimeVersion, index) => ({
    metadata: { name: `node-${index + 1}` },
    status: { nodeInfo: { containerRuntimeVersion } },
  }));
  const list = async <Item>() => nodes as Item[] | undefined;
  await checkImageVolumes({ run: async () => answer, list }, { mountsRunner });
}

function catchWarnings({ mock }: TestContext): () => string[] {
  const printed = mock.method(console, "error", () => undefined);
  return () => printed.mock.calls.map(({ arguments: [line] }) => line);
}

describe("a stack whose pods mount the runner's image", () => {
  test("needs an API server that accepts the volume", async () => {
    await assert.rejects(check(["containerd://2.1.0"], { answer: REMOVED }), {
      message: /^image\.mountRunner must be false unless the API server accepts volumes from images .*; got true$/,
    });
  });

  test("needs nodes that can mount images", async () => {
    for (const runtime of ["docker://28.4.0", "containerd://1.7.28", "containerd://2.0.5"])
      await assert.rejects(check([runtime]), {
        message: new RegExp(`^image\\.mountRunner must be false .*; got true, and node-1 has ${runtime}$`),
      });
  });

  test("is warned of nodes that cannot", async (context) => {
    const warnings = catchWarnings(context);
    await check(["containerd://2.1.0", "containerd://1.7.28"]);
    assert.match(warnings().join("\n"), /^warning: .* on 1 of 2 nodes, .* node-2 has containerd:\/\/1\.7\.28\)/);
  });

  test("is left alone where nothing speaks against it", async (context) => {
    const warnings = catchWarnings(context);
    await check(["containerd://2.1.4", "containerd://2.2.0-rc.1", "cri-o://1.34.0", "containerd://unknown"]);
    await check(undefined, { answer: FORBIDDEN });
    await check(["docker://28.4.0"], { answer: REMOVED, mountsRunner: false });
    assert.deepEqual(warnings(), []);
  });
});
