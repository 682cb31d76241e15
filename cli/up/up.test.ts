import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createPrograms } from "../../tests/support/programs.ts";
import { until } from "../../tests/support/until.ts";
import {
  ALL,
  KUBECTL,
  minikube,
  outcome,
  override,
  ROOT,
  refuses,
  run,
  started,
  succeeds,
} from "../../tests/support/upPrograms.ts";

const CHANGES = /^pulumi up|^minikube (start|docker-env)/;

describe("npm run up", { timeout: 180_000 }, () => {
  test("lists every missing program at once, and changes nothing", async () => {
    const says = /^docker must be on PATH; /;
    const situation = { programs: { kubectl: KUBECTL }, clusterAnswers: false };
    const output = await refuses("up", situation, { says, without: /./ });
    const missing = output.match(/^\w+(?= must be on PATH; to install it: https)/gm);
    assert.deepEqual(missing, ["docker", "minikube", "pulumi"]);
  });

  test("requires docker only if it builds the image", async () => {
    const { docker: _, ...programs } = ALL;
    await refuses("up", { programs }, { says: /^docker must be on PATH/m, without: /^pulumi up/ });
    await succeeds("up", { programs, env: { FAKE_IMAGE: '{"existing":"registry.example/worker:1"}' } });
  });

  test("requires minikube only if it has to be started", async () => {
    const { minikube: _, ...programs } = ALL;
    const says = /^minikube must be on PATH/m;
    await refuses("up", { programs, clusterAnswers: false }, { says, without: CHANGES });
    const { output } = await succeeds("up", { programs });
    assert.match(output, /builds in <>/);
  });

  test("starts minikube with our settings, builds in its node, keeps the state here, and prints the next steps", async () => {
    const { output, called } = await succeeds("up", {
      clusterAnswers: false,
      args: ["--config", "pollingInterval=5"],
      env: { MINIKUBE_START_FLAGS: "--cpus=4" },
    });
    assert.deepEqual(called(/^minikube start|^pulumi (up|stack select)/), [
      "pulumi stack select dev --create",
      "minikube start --profile=minikube --driver=docker --container-runtime=docker --kubernetes-version=v1.34.4 --cpus=4",
      "pulumi up --yes --skip-preview --suppress-outputs --refresh --stack dev --config pollingInterval=5",
    ]);
    assert.ok(output.includes(`builds in <tcp://node:2376>, state in <${pathToFileURL(ROOT).href}>, passphrase <>`));
    assert.match(output, /^kubectl get jobs -n b --watch$/m);
  });

  test("starts nothing if the cluster answers, and warns about a kubectl that is too old for it", async () => {
    const { output, called } = await succeeds("up");
    assert.deepEqual(called(/^minikube start/), []);
    assert.match(output, /builds in <tcp:\/\/node:2376>/);
    assert.match(output, /^warning: kubectl 1\.20\.0 is 14 minor versions older/m);
  });

  test("refuses a cluster that is too old before anything is created", async () => {
    const says = /^the cluster's Kubernetes must be 1\.27 or newer \(.*\); got 1\.26\.15$/m;
    await refuses("up", { env: { FAKE_KUBERNETES: "v1.26.15" } }, { says, without: /^pulumi up/ });
  });

  test("builds images again that the node's daemon has lost", async () => {
    const images = { kept: true, lost: true, pushed: false };
    const resources = Object.entries(images).map(([name, skipPush]) => ({
      urn: `urn:${name}`,
      type: "docker:index/image:Image",
      inputs: { imageName: `${name}:1`, skipPush },
    }));
    const env = { FAKE_STATE: JSON.stringify({ deployment: { resources } }), FAKE_IMAGES: "kept:1" };
    const { called } = await succeeds("up", { env });
    assert.deepEqual(called(/^docker image/).sort(), ["docker image inspect kept:1", "docker image inspect lost:1"]);
    assert.match(called(/^pulumi up/)[0] ?? "", / --refresh --replace urn:lost --stack dev$/);
  });

  test("reads the stack's settings from the same file as Pulumi", async () => {
    const { called } = await succeeds("up", { args: ["--config-file", "Pulumi.yaml"] });
    assert.deepEqual(called(/^pulumi config get/), [
      "pulumi config get kubernetesContext --stack dev --config-file Pulumi.yaml",
      "pulumi config get image --stack dev --config-file Pulumi.yaml",
    ]);
  });

  test("refuses a minikube that cannot build the image, before anything is deployed", async () => {
    const programs = { ...ALL, minikube: minikube("docker", "docker", { nodes: 2 }) };
    const says = /^minikube's cluster .* must have one node .*; got 2 nodes\. To/m;
    await refuses("up", { programs }, { code: 1, says, without: CHANGES });
  });

  test("deploys no image that was built elsewhere because minikube does not list its profiles", async () => {
    const fails = override(ALL.minikube, '"profile list"*', 'echo "HOST_HOME_PERMISSION" >&2; exit 37');
    const programs = { ...ALL, minikube: fails };
    const says = /^cannot list minikube's profiles \(.*\): minikube profile list reports HOST_HOME_PERMISSION$/m;
    await refuses("up", { programs }, { code: 1, says, without: CHANGES });
    await succeeds("up", { programs, env: { FAKE_IMAGE: '{"build":{"registry":"localhost:5000"}}' } });
  });

  for (const [what, FAKE_IMAGE, daemon] of [
    ["is pushed to a registry", '{"build":{"registry":"localhost:5000"}}', true],
    ["exists already", '{"existing":"registry.example/worker:1"}', false],
  ] as const) {
    test(`deploys to several nodes and to containerd if the image ${what}; Docker is ${daemon ? "" : "not "}needed`, async () => {
      const programs = { ...ALL, minikube: minikube("docker", "containerd", { nodes: 2 }) };
      for (const clusterAnswers of [true, false]) {
        const { output, called } = await succeeds("up", { programs, clusterAnswers, env: { FAKE_IMAGE } });
        assert.match(output, /builds in <>/);
        assert.deepEqual(called(/^minikube docker-env/), []);
      }
      const without = await outcome("up", { programs, env: { FAKE_IMAGE, FAKE_DAEMON: "no" } });
      assert.equal(without.code, daemon ? 1 : 0, without.output);
    });
  }

  for (const [what, clusterAnswers, variables, host] of [
    ["where the image would be built, before anything is deployed", true, {}, "the local Docker daemon"],
    ["where minikube's node would run, before minikube is started", false, {}, "the local Docker daemon"],
    ["where DOCKER_HOST points to", true, { DOCKER_HOST: "tcp://elsewhere:1" }, "DOCKER_HOST=tcp://elsewhere:1"],
  ] as const) {
    test(`needs a Docker daemon ${what}`, async () => {
      const programs = { ...ALL, minikube: minikube("none", "docker") };
      const env = { FAKE_DAEMON: "no", ...variables };
      const says = /Is the docker daemon running\?/;
      const output = await refuses("up", { programs, clusterAnswers, env }, { code: 1, says, without: CHANGES });
      assert.ok(output.includes(`cannot reach ${host} (`), output);
    });
  }

  test("builds in the daemon of docker's current context, which Pulumi's provider ignores", async () => {
    const programs = { ...ALL, minikube: minikube("none", "docker") };
    for (const host of ["", "unix:///home/me/.colima/docker.sock", "ssh://me@builder.example", "tcp://10.0.0.1:2375"]) {
      const { output } = await succeeds("up", { programs, env: { FAKE_DOCKER_CONTEXT: host } });
      assert.ok(output.includes(`builds in <${host}>`), output);
    }
  });

  test("creates no cluster with a minikube version that does not support its Kubernetes version", async () => {
    const env = { FAKE_MINIKUBE_VERSION: "v1.31.2" };
    const says = /^minikube must be 1\.37\.0 or newer .*; got 1\.31\.2\./m;
    await refuses("up", { clusterAnswers: false, env }, { says, without: CHANGES });
  });

  test("starts no minikube for a stack of another cluster", async () => {
    const situation = { clusterAnswers: false, args: ["-c", "kubernetesContext=prod"] };
    await refuses("up", situation, { code: 1, says: /^kubernetesContext must be .* got "prod"/m, without: CHANGES });
  });

  test("keeps watching the cluster while Pulumi's state cannot be read for a moment", async () => {
    const env = {
      FAKE_UP: `cd "\${0%/*}"; true > running; while ! test -e asked; do sleep 0.1; done`,
      FAKE_EXPORT: `cd "\${0%/*}"; test ! -e running || { true > asked; exit 255; }`,
    };
    const { output } = await succeeds("up", { env });
    assert.doesNotMatch(output, /can no longer watch/);
  });

  test("uses the state and the passphrase that the user has chosen", async () => {
    const programs = await started(await createPrograms(ALL));
    await mkdir(join(programs.folder, ".pulumi"));
    await writeFile(join(programs.folder, ".pulumi/credentials.json"), '{"current":"https://api.pulumi.com"}');
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 0, output());
    assert.match(output(), /state in <>/);
    assert.ok(!output().includes("export PULUMI"));
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`waits for Pulumi after ${signal}, interrupts it once, and prints how to continue`, async () => {
      const programs = await started(await createPrograms(ALL));
      const { child, ended, output } = run("cli/up/up.ts", programs, ["--stack", "mine"], {
        FAKE_UP:
          'trap "echo asked to stop; sleep 0.3; echo cleaned up; exit 7" INT; echo at work; while true; do sleep 0.1; done',
      });
      await until("pulumi at work", () => output().includes("at work"));
      child.kill(signal);
      child.kill(signal);
      assert.equal(await ended, 7);
      assert.equal(output().match(/asked to stop/g)?.length, 1, output());
      assert.match(output(), /cleaned up\s+Unfinished.*\nnpm run up -- --stack mine\n/);
    });
  }
});
