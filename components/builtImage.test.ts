import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createPrograms } from "../tests/support/programs.ts";
import { readBuiltImageId } from "./builtImage.ts";

const path = process.env.PATH;

async function read(docker: string): Promise<string | undefined> {
  const { folder } = await createPrograms({ docker });
  process.env.PATH = folder;
  return readBuiltImageId("pages:1");
}

describe("readBuiltImageId", () => {
  afterEach(() => {
    process.env.PATH = path;
  });

  test("is the id of an image that was built here", async () => {
    const inspect = `[ "$1 $2 $5" = "image inspect pages:1" ] && echo "sha256:1f 0"`;
    assert.equal(await read(inspect), "sha256:1f");
  });

  for (const [what, docker] of [
    ["an image that was pulled", 'echo "sha256:1f 1"'],
    ["an image that is not there", "echo 'Error: No such image: pages:1' >&2; exit 1"],
    ["a daemon that does not answer", "echo 'Cannot connect to the Docker daemon' >&2; exit 1"],
  ] as const) {
    test(`is undefined for ${what}`, async () => assert.equal(await read(docker), undefined));
  }

  test("is undefined without docker", () => {
    process.env.PATH = "/nowhere";
    assert.equal(readBuiltImageId("pages:1"), undefined);
  });
});
