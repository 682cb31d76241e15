import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createPrograms, type Programs } from "../../tests/support/programs.ts";
import { until } from "../../tests/support/until.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const OUTPUTS = JSON.stringify({
  psql: "kubectl exec -it -n b my-release-postgresql-0 -- sh -c 'PGPASSWORD=x psql -U postgres'",
  namespaces: { batches: "b", keda: "k" },
});

/** Says where docker would build and where the state is, so that tests see what reached it. */
const PULUMI = `case "$*" in
  "config get"*) echo "\${FAKE_CONTEXT:-minikube}";;
  "stack output"*) echo "$FAKE_OUTPUTS";;
  up*|destroy*) echo "builds in <$DOCKER_HOST>, state in <$PULUMI_BACKEND_URL>, passphrase <$PULUMI_CONFIG_PASSPHRASE>"
    eval "$FAKE_UP";;
esac`;

/** A cluster that answers once "started" is there. */
const KUBECTL = `case "$*" in
  *readyz) test -e "\${0%/*}/started";;
  *"get namespace kube-system"*) echo "uid-1";;
  "config current-context") echo minikube;;
esac`;

function minikube(driver: string, runtime: string): string {
  const profile = {
    Name: "minikube",
    Status: "OK",
    Config: { Driver: driver, KubernetesConfig: { ContainerRuntime: runtime } },
  };
  return `case "$*" in
  "profile list"*) if test -e "\${0%/*}/started"; then echo '${JSON.stringify({ valid: [profile] })}'; else echo '{"valid":[]}'; fi;;
  start*) true > "\${0%/*}/started";;
  docker-env*) echo '{"DOCKER_HOST":"tcp://node:2376"}';;
esac`;
}

interface Run {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

function run(module: string, programs: Programs, args: string[] = [], env: NodeJS.ProcessEnv = {}): Run {
  // Nothing of what is chosen on the machine that tests.
  const own = { PATH: programs.folder, HOME: programs.folder, FAKE_OUTPUTS: OUTPUTS, ...env };
  const child = spawn(process.execPath, [join(ROOT, "cli/launch.mjs"), module, ...args], {
    env: own,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
  }
  return { child, output: () => text, ended: new Promise((resolve) => child.once("close", resolve)) };
}

const ALL = { docker: "", kubectl: KUBECTL, pulumi: PULUMI, minikube: minikube("docker", "docker") };

async function started(programs: Programs): Promise<Programs> {
  await writeFile(join(programs.folder, "started"), "");
  return programs;
}

/** The outputs of a stack that is deployed to a cluster. */
function deployedTo(context: string, uid: string): NodeJS.ProcessEnv {
  return { FAKE_OUTPUTS: JSON.stringify({ ...JSON.parse(OUTPUTS), cluster: { context, uid } }) };
}

for (const script of ["up", "down"] as const) {
  describe(`a stack that is deployed already, by npm run ${script}`, { timeout: 180_000 }, () => {
    const module = `cli/up/${script}.ts`;
    const word = script === "up" ? "up" : "destroy";
    const ran = async (programs: Programs) =>
      (await programs.calls()).find((call) => call.startsWith(`pulumi ${word}`));

    test("is refused on the cluster of another context, and nothing is changed", async () => {
      const programs = await createPrograms(ALL);
      const { ended, output } = run(module, programs, [], deployedTo("elsewhere", "uid-1"));
      assert.equal(await ended, 64);
      assert.match(output(), /^kubernetesContext must stay "elsewhere" while .*; got "minikube"\. Set it back/m);
      assert.equal(await ran(programs), undefined);
      assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube start")));
    });

    test("is looked at anew where the cluster of its context was made anew, and only there", async () => {
      const anew = await started(await createPrograms(ALL));
      assert.equal(await run(module, anew, [], deployedTo("minikube", "uid-0")).ended, 0);
      assert.match((await ran(anew)) ?? "", / --refresh /);
      const same = await started(await createPrograms(ALL));
      assert.equal(await run(module, same, [], deployedTo("minikube", "uid-1")).ended, 0);
      assert.doesNotMatch((await ran(same)) ?? " --refresh ", / --refresh /);
    });
  });
}

describe("npm run up", { timeout: 180_000 }, () => {
  test("tells every missing program at once, and touches nothing", async () => {
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

  test("misses minikube only where it has to be started", async () => {
    const { minikube: _, ...others } = ALL;
    const programs = await createPrograms(others);
    const first = run("cli/up/up.ts", programs);
    assert.equal(await first.ended, 64);
    assert.match(first.output(), /^minikube must be on PATH/m);
    const second = run("cli/up/up.ts", await started(programs));
    assert.equal(await second.ended, 0, second.output());
    assert.match(second.output(), /builds in <>/);
  });

  test("starts minikube as it is needed, builds in its node, keeps the state here, and says what to try", async () => {
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

  test("starts nothing where the cluster answers", async () => {
    const programs = await started(await createPrograms(ALL));
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 0, output());
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube start")));
    assert.match(output(), /builds in <tcp:\/\/node:2376>/);
  });

  test("builds where docker is led to already, with minikube's none driver", async () => {
    const programs = await started(await createPrograms({ ...ALL, minikube: minikube("none", "docker") }));
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 0, output());
    assert.match(output(), /builds in <>/);
  });

  test("refuses a node without Docker before anything is deployed", async () => {
    const programs = await started(await createPrograms({ ...ALL, minikube: minikube("docker", "containerd") }));
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 1);
    assert.match(output(), /^minikube's container runtime must be docker .* got containerd/m);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("pulumi up")));
  });

  test("starts no minikube for a stack of another cluster", async () => {
    const programs = await createPrograms(ALL);
    const { ended, output } = run("cli/up/up.ts", programs, ["-c", "kubernetesContext=prod"]);
    assert.equal(await ended, 1);
    assert.match(output(), /^kubernetesContext must be .* got "prod"/m);
    assert.ok(!(await programs.calls()).some((call) => /^minikube start|^pulumi up/.test(call)));
  });

  test("leaves the state and the passphrase where the user has chosen them", async () => {
    const programs = await started(await createPrograms(ALL));
    await mkdir(join(programs.folder, ".pulumi"));
    await writeFile(join(programs.folder, ".pulumi/credentials.json"), '{"current":"https://api.pulumi.com"}');
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 0, output());
    assert.match(output(), /state in <>/);
    assert.ok(!output().includes("export PULUMI"));
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`waits for Pulumi when ${signal} comes, asks it once, and says how to go on`, async () => {
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

describe("npm run down", { timeout: 60_000 }, () => {
  test("destroys the stack, and leaves the cluster", async () => {
    const programs = await started(await createPrograms(ALL));
    const { ended, output } = run("cli/up/down.ts", programs, ["--stack=mine"]);
    assert.equal(await ended, 0, output());
    assert.ok((await programs.calls()).includes("pulumi destroy --yes --stack mine"));
    assert.match(output(), /^minikube delete --profile=minikube$/m);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube delete")));
  });

  test("says so where there is no cluster to take anything from", async () => {
    const programs = await createPrograms(ALL);
    const { ended, output } = run("cli/up/down.ts", programs);
    assert.equal(await ended, 1);
    assert.match(output(), /^the cluster of minikube must answer/m);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("pulumi destroy")));
  });
});
