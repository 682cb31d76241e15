import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPrograms } from "../support/programs.ts";
import { dockerEnv } from "./dockerEnv.ts";

interface Minikube {
  readonly driver?: string;
  readonly status?: string;
  readonly runtime?: string;
}

/** What e2e adds to the environment on a cluster with this minikube profile; docker uses a daemon of its own otherwise. */
async function found({ driver = "docker", status = "OK", runtime = "docker" }: Minikube, image?: string) {
  const config = { Driver: driver, KubernetesConfig: { ContainerRuntime: runtime } };
  const profiles = JSON.stringify({ valid: [{ Name: "minikube", Status: status, Config: config }] });
  const { folder } = await createPrograms({
    minikube: `case "$*" in
      "profile list -o json") echo '${profiles}';;
      "docker-env --profile=minikube --shell none -o json") echo '{"DOCKER_HOST":"tcp://node:2376"}';;
    esac`,
  });
  const settings = image === undefined ? {} : { image };
  return await dockerEnv("minikube", settings, { PATH: folder, DOCKER_HOST: "tcp://host:2375" });
}

describe("the e2e stack's image is built", () => {
  test("in the node of a minikube that runs on the docker driver", async () => {
    assert.deepEqual(await found({}), { DOCKER_HOST: "tcp://node:2376" });
  });

  for (const [what, minikube, image] of [
    ["with minikube's none driver", { driver: "none" }],
    ["when another cluster responds and minikube is stopped", { status: "Stopped" }],
    ["when it is pushed to a registry", { runtime: "containerd" }, '{"build":{"registry":"localhost:5001"}}'],
  ] as const) {
    test(`in the daemon that docker already uses, ${what}`, async () => {
      assert.deepEqual(await found(minikube, image), {});
    });
  }

  test("nowhere if pods would not find it: the message says what to do", async () => {
    await assert.rejects(found({ runtime: "containerd" }), {
      message: /container-runtime=docker.*E2E_IMAGE='{"build":{"registry":"REGISTRY"}}'$/,
    });
  });
});
