import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RunError } from "@pulumi/pulumi";
import { usePrograms } from "../tests/support/programs.ts";
import { readBuiltImageId } from "./builtImage.ts";

const DIGESTS = { RepoDigests: ["pages@sha256:2e"] };

async function read(docker: string): Promise<string | undefined> {
  await usePrograms({ docker });
  return readBuiltImageId("pages:1");
}

/** What a daemon prints about an image that it has. */
function print(image: object): string {
  return `[ "$1 $2 $3" = "image inspect pages:1" ] && echo '${JSON.stringify([{ Id: "sha256:1f", ...image }])}'`;
}

describe("readBuiltImageId", () => {
  for (const [what, image] of [
    ["has no digest", { RepoDigests: [] }],
    ["has null for digests", { RepoDigests: null }],
    [
      "has a digest of the containerd image store, which says that it was built",
      { ...DIGESTS, Identity: { Build: [{}] } },
    ],
  ] as const)
    test(`is the id of an image that ${what}`, async () => assert.equal(await read(print(image)), "sha256:1f"));

  for (const [what, docker] of [
    ["an image with a digest, which was pulled", print(DIGESTS)],
    ["an image that the daemon says was pulled", print({ ...DIGESTS, Identity: { Pull: [{}] } })],
    ["an image that was built and pushed", print({ ...DIGESTS, Identity: { Build: [{}], Pull: [{}] } })],
    ["an image of an unknown origin", print({ ...DIGESTS, Identity: {} })],
    ["a missing image", "echo 'Error response from daemon: No such image: pages:1' >&2; exit 1"],
  ] as const)
    test(`returns undefined for ${what}`, async () => assert.equal(await read(docker), undefined));

  test("is an error without a daemon, which says what to do: the answer must not depend on whether one runs", async () => {
    await assert.rejects(read("echo 'Cannot connect to the Docker daemon' >&2; exit 1"), (error) => {
      assert.ok(RunError.isInstance(error));
      assert.match(error.message, /whether it has built pages:1: Cannot connect to the Docker daemon\. Start it/);
      return true;
    });
  });

  test("is an error without docker", async () => {
    await usePrograms({});
    assert.throws(() => readBuiltImageId("pages:1"), /docker is not on PATH/);
  });
});
