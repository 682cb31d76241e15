import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrograms } from "../../tests/support/programs.ts";
import { Kubectl } from "./kubectl.ts";

async function create(script: string): Promise<Kubectl> {
  const { folder } = await createPrograms({ kubectl: script });
  return new Kubectl("minikube", { PATH: folder });
}

async function list(script: string): Promise<readonly unknown[]> {
  return await (await create(script)).listKnown("scaledjobs.keda.sh");
}

test("a cluster without a kind has no objects of it; any other failure to list them is an error", async () => {
  assert.deepEqual(await list(`echo '{"items":[1]}'`), [1]);
  assert.deepEqual(
    await list(`echo "error: the server doesn't have a resource type \\"scaledjobs\\"" >&2; exit 1`),
    [],
  );
  await assert.rejects(list("echo 'error: Forbidden' >&2; exit 1"), {
    message: "cannot list scaledjobs.keda.sh on the cluster (nothing was changed): error: Forbidden",
  });
});

test("an incomplete answer counts as none", async () => {
  const script = `echo '{"items":[{'`;
  assert.equal(await (await create(script)).list("pods"), undefined);
  await assert.rejects(list(script), {
    name: "FailedError",
    message: 'kubectl get must print a JSON object; got "{\\"items\\":[{"',
  });
});
