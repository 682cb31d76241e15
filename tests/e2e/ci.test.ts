import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createPrograms } from "../support/programs.ts";

const CI = fileURLToPath(new URL("../../.ci/e2e", import.meta.url));

/** A cluster that answers and contains no stack. */
const KUBECTL = `case "$*" in
  "config current-context") echo minikube;;
  "get namespace"*) exit 1;;
esac`;

const PULUMI = [
  "pulumi",
  "pulumi-language-nodejs",
  ...["kubernetes", "docker", "random"].map((name) => `pulumi-resource-${name}`),
];

interface Minikube {
  readonly driver: string;
  readonly status?: string;
  readonly dockerEnv?: string;
}

function minikube({
  driver,
  status = "OK",
  dockerEnv = `echo '! a (warning' >&2; echo 'export DOCKER_HOST="tcp://node:2376"'`,
}: Minikube): string {
  const config = { Driver: driver, KubernetesConfig: { ContainerRuntime: "docker" } };
  const profiles = JSON.stringify({ valid: [{ Name: "minikube", Status: status, Config: config }] });
  return `case "$*" in
  "profile list -o json") echo '${profiles}';;
  "docker-env --profile=minikube --shell=bash") ${dockerEnv};;
esac`;
}

/** The output of CI on a minikube; `npm run e2e` is replaced and prints only where docker would build. */
async function said(options: Minikube): Promise<string> {
  const { folder } = await createPrograms({
    kubectl: KUBECTL,
    minikube: minikube(options),
    docker: "",
    ...Object.fromEntries(PULUMI.map((name) => [name, ""])),
    npm: 'echo "$*, builds in <$DOCKER_HOST>"',
  });
  const charts = { E2E_KEDA_CHART: "keda.tgz", E2E_POSTGRESQL_CHART: "postgresql.tgz" };
  const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, DOCKER_HOST: "tcp://host:2375", ...charts };
  const { stdout, stderr, status } = spawnSync(CI, { env, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

const LEFT = "run --silent e2e -- short, builds in <tcp://host:2375>";

describe(".ci/e2e", { timeout: 60_000 }, () => {
  test("builds in the node of a minikube that runs on the docker driver", async () => {
    assert.equal(await said({ driver: "docker" }), "run --silent e2e -- short, builds in <tcp://node:2376>");
  });

  test("builds in the daemon that docker already uses, with minikube's none driver", async () => {
    assert.equal(await said({ driver: "none" }), LEFT);
  });

  test("builds in the daemon that docker already uses, when another cluster responds and minikube is stopped", async () => {
    assert.equal(await said({ driver: "docker", status: "Stopped" }), LEFT);
  });

  test("says why it does not run if the node's daemon is not available", async () => {
    const dockerEnv = "echo 'the runtime is containerd' >&2; exit 1";
    assert.match(
      await said({ driver: "docker", dockerEnv }),
      /^e2e: not run: minikube docker-env .*: the runtime is containerd$/,
    );
  });
});
