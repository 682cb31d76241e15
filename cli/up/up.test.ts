import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createPrograms } from "../../tests/support/programs.ts";
import { until } from "../../tests/support/until.ts";
import { ALL, KUBECTL, minikube, ROOT, run, started } from "../../tests/support/upPrograms.ts";

describe("npm run up", { timeout: 180_000 }, () => {
  test("lists every missing program at once, and changes nothing", async () => {
    const programs = await createPrograms({ kubectl: KUBECTL });
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 64);
    assert.deepEqual(output().match(/^\w+(?= must be on PATH; to install it: https)/gm), [
      "docker",
      "minikube",
      "pulumi",
    ]);
    assert.deepEqual(await programs.calls(), []);
  });

  test("requires docker only if it builds the image", async () => {
    const { docker: _, ...others } = ALL;
    const programs = await started(await createPrograms(others));
    const builds = run("cli/up/up.ts", programs);
    assert.equal(await builds.ended, 64);
    assert.match(builds.output(), /^docker must be on PATH/m);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("pulumi up")));
    const existing = run("cli/up/up.ts", programs, [], { FAKE_IMAGE: '{"existing":"registry.example/worker:1"}' });
    assert.equal(await existing.ended, 0, existing.output());
  });

  test("requires minikube only if it has to be started", async () => {
    const { minikube: _, ...others } = ALL;
    const programs = await createPrograms(others);
    const first = run("cli/up/up.ts", programs);
    assert.equal(await first.ended, 64);
    assert.match(first.output(), /^minikube must be on PATH/m);
    const second = run("cli/up/up.ts", await started(programs));
    assert.equal(await second.ended, 0, second.output());
    assert.match(second.output(), /builds in <>/);
  });

  test("starts minikube with our settings, builds in its node, keeps the state here, and prints the next steps", async () => {
    const programs = await createPrograms(ALL);
    const args = ["--config", "pollingInterval=5"];
    const { ended, output } = run("cli/up/up.ts", programs, args, { MINIKUBE_START_FLAGS: "--cpus=4" });
    assert.equal(await ended, 0, output());
    const calls = await programs.calls();
    assert.deepEqual(
      calls.filter((call) => /^minikube start|^pulumi (up|stack select)/.test(call)),
      [
        "pulumi stack select dev --create",
        "minikube start --profile=minikube --driver=docker --container-runtime=docker --kubernetes-version=v1.34.4 --cpus=4",
        "pulumi up --yes --skip-preview --suppress-outputs --stack dev --config pollingInterval=5",
      ],
    );
    assert.ok(output().includes(`builds in <tcp://node:2376>, state in <${pathToFileURL(ROOT).href}>, passphrase <>`));
    assert.match(output(), /^kubectl get jobs -n b --watch$/m);
  });

  test("starts nothing if the cluster answers", async () => {
    const programs = await started(await createPrograms(ALL));
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 0, output());
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube start")));
    assert.match(output(), /builds in <tcp:\/\/node:2376>/);
  });

  test("reads the stack's settings from the same file as Pulumi", async () => {
    const programs = await started(await createPrograms(ALL));
    const { ended, output } = run("cli/up/up.ts", programs, ["--config-file", "other.yaml"]);
    assert.equal(await ended, 0, output());
    const calls = (await programs.calls()).filter((call) => call.startsWith("pulumi config get"));
    assert.deepEqual(
      calls,
      ["kubernetesContext", "image"].map((key) => `pulumi config get ${key} --stack dev --config-file other.yaml`),
    );
  });

  test("builds in the local daemon with minikube's none driver", async () => {
    const programs = await started(await createPrograms({ ...ALL, minikube: minikube("none", "docker") }));
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 0, output());
    assert.match(output(), /builds in <>/);
  });

  for (const [what, program, message] of [
    [
      "a node without Docker",
      minikube("docker", "containerd"),
      /^the container runtime of .* must be docker .* got containerd/m,
    ],
    [
      "several nodes",
      minikube("docker", "docker", { nodes: 2 }),
      /^minikube's cluster .* must have one node .*; got 2 nodes\. To/m,
    ],
  ] as const) {
    test(`refuses ${what} before anything is deployed`, async () => {
      const programs = await started(await createPrograms({ ...ALL, minikube: program }));
      const { ended, output } = run("cli/up/up.ts", programs);
      assert.equal(await ended, 1);
      assert.match(output(), message);
      assert.ok(!(await programs.calls()).some((call) => /^pulumi up|^minikube docker-env/.test(call)));
    });
  }

  for (const [what, image, daemon] of [
    ["is pushed to a registry", '{"build":{"registry":"localhost:5000"}}', true],
    ["exists already", '{"existing":"registry.example/worker:1"}', false],
  ] as const) {
    test(`deploys to several nodes and to containerd if the image ${what}; Docker is ${daemon ? "" : "not "}needed`, async () => {
      const program = minikube("docker", "containerd", { nodes: 2 });
      for (const already of [true, false]) {
        const created = await createPrograms({ ...ALL, minikube: program });
        const programs = already ? await started(created) : created;
        const { ended, output } = run("cli/up/up.ts", programs, [], { FAKE_IMAGE: image });
        assert.equal(await ended, 0, output());
        assert.match(output(), /builds in <>/);
        assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube docker-env")));
      }
      const programs = await started(await createPrograms({ ...ALL, minikube: program }));
      const without = run("cli/up/up.ts", programs, [], { FAKE_IMAGE: image, FAKE_DAEMON: "no" });
      assert.equal(await without.ended, daemon ? 1 : 0, without.output());
    });
  }

  test("resumes a paused minikube", async () => {
    const programs = await createPrograms({ ...ALL, minikube: minikube("docker", "docker", { status: "Paused" }) });
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 0, output());
    const calls = await programs.calls();
    assert.deepEqual(
      calls.filter((call) => /^minikube (start|unpause)/.test(call)),
      ["minikube unpause --profile=minikube"],
    );
  });

  for (const [what, start, variables] of [
    ["where the image would be built, before anything is deployed", true, {}],
    ["where minikube's node would run, before minikube is started", false, {}],
    ["where DOCKER_HOST points to", true, { DOCKER_HOST: "tcp://elsewhere:1" }],
  ] as const) {
    test(`needs a Docker daemon ${what}`, async () => {
      const none = await createPrograms({ ...ALL, minikube: minikube("none", "docker") });
      const programs = start ? await started(none) : none;
      const { ended, output } = run("cli/up/up.ts", programs, [], { FAKE_DAEMON: "no", ...variables });
      assert.equal(await ended, 1);
      const host = start && "DOCKER_HOST" in variables ? "DOCKER_HOST=tcp://elsewhere:1" : "the local Docker daemon";
      assert.ok(output().includes(`cannot reach ${host} (`), output());
      assert.match(output(), /Is the docker daemon running\?/);
      assert.ok(!(await programs.calls()).some((call) => /^pulumi up|^minikube start/.test(call)));
    });
  }

  test("builds in the daemon of docker's current context, which Pulumi's provider ignores", async () => {
    const programs = await started(await createPrograms({ ...ALL, minikube: minikube("none", "docker") }));
    for (const host of ["unix:///home/me/.colima/docker.sock", "ssh://me@builder.example", "tcp://10.0.0.1:2375"]) {
      const { ended, output } = run("cli/up/up.ts", programs, [], { FAKE_DOCKER_CONTEXT: host });
      assert.equal(await ended, 0, output());
      assert.ok(output().includes(`builds in <${host}>`), output());
    }
  });

  test("creates no cluster with a minikube version that does not support its Kubernetes version", async () => {
    const programs = await createPrograms(ALL);
    const { ended, output } = run("cli/up/up.ts", programs, [], { FAKE_MINIKUBE_VERSION: "v1.31.2" });
    assert.equal(await ended, 64);
    assert.match(output(), /^minikube must be 1\.37\.0 or newer .*; got 1\.31\.2\./m);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube start")));
  });

  test("warns about a kubectl that is too old for the cluster", async () => {
    const { ended, output } = run("cli/up/up.ts", await started(await createPrograms(ALL)));
    assert.equal(await ended, 0, output());
    assert.match(output(), /^warning: kubectl 1\.20\.0 is 14 minor versions older/m);
  });

  test("starts no minikube for a stack of another cluster", async () => {
    const programs = await createPrograms(ALL);
    const { ended, output } = run("cli/up/up.ts", programs, ["-c", "kubernetesContext=prod"]);
    assert.equal(await ended, 1);
    assert.match(output(), /^kubernetesContext must be .* got "prod"/m);
    assert.ok(!(await programs.calls()).some((call) => /^minikube start|^pulumi up/.test(call)));
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
