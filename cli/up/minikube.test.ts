import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  checkNodeBuilds,
  type Profile,
  parseDockerEnv,
  parseProfile,
  startArguments,
  startsInDocker,
  usesNodeDocker,
} from "./minikube.ts";

const DOCKER: Profile = { driver: "docker", runtime: "docker", state: "running", nodes: 1 };
const STOPPED: Profile = { ...DOCKER, state: "stopped" };
const PAUSED: Profile = { ...DOCKER, state: "paused" };
const PINS = ["--driver=docker", "--container-runtime=docker", "--kubernetes-version=v1.34.4"];

function profiles(...valid: object[]): string {
  return JSON.stringify({ invalid: [], valid });
}

function profile(Status: string, Driver = "docker", Nodes: readonly object[] = [{ Name: "" }]) {
  return { Name: "minikube", Status, Config: { Driver, KubernetesConfig: { ContainerRuntime: "docker" }, Nodes } };
}

describe("minikube's profiles", () => {
  for (const [what, json, found, inNode] of [
    ["none", profiles(), undefined, false],
    ["null, which an older minikube prints for none", '{"invalid":[],"valid":null}', undefined, false],
    ["another name", profiles({ Name: "other" }), undefined, false],
    ["a running one", profiles(profile("OK")), DOCKER, true],
    ["a stopped one", profiles(profile("Stopped")), STOPPED, false],
    ["a paused one", profiles(profile("Paused")), PAUSED, true],
    ["one whose node was deleted", profiles(profile("")), STOPPED, false],
    ["the none driver's", profiles(profile("Running", "none")), { ...DOCKER, driver: "none" }, false],
    ["two nodes", profiles(profile("OK", "docker", [{ Name: "" }, { Name: "m02" }])), { ...DOCKER, nodes: 2 }, true],
  ] as const) {
    test(`${what}: the image is built in ${inNode ? "the node's" : "the local"} daemon`, () => {
      assert.deepEqual(parseProfile(json, "minikube"), found);
      assert.equal(usesNodeDocker(found), inNode);
    });
  }

  test("must be JSON", () => {
    assert.throws(() => parseProfile("oops", "minikube"), /minikube profile list must print a JSON object; got "oops"/);
  });

  for (const [what, wrong, message] of [
    [
      "containerd",
      { ...DOCKER, runtime: "containerd" },
      /the container runtime .* mine must be docker .*; got containerd/,
    ],
    ["several nodes", { ...DOCKER, nodes: 2 }, /cluster mine must have one node .*docker-env refuses.*; got 2 nodes/],
    ["both", { ...DOCKER, runtime: "containerd", nodes: 3 }, /must have one node/],
  ] as const) {
    test(`with ${what} are refused, with the reason and a command that creates another cluster`, () => {
      assert.throws(() => checkNodeBuilds("mine", wrong), message);
      assert.throws(() => checkNodeBuilds("mine", wrong), /minikube start --profile=NAME .* kubernetesContext=NAME/);
    });
  }

  test("with one node and Docker build the image, and so does a new one", () => {
    checkNodeBuilds("minikube", DOCKER);
    checkNodeBuilds("minikube", undefined);
  });
});

describe("minikube start", () => {
  for (const [what, existing, flags, expected] of [
    ["creates a new one with our settings", undefined, undefined, ["start", "--profile=minikube", ...PINS]],
    [
      "puts the user's flags last, so that they take precedence",
      undefined,
      " --cpus=4  --driver=kvm2 ",
      ["start", "--profile=minikube", ...PINS, "--cpus=4", "--driver=kvm2"],
    ],
    ["keeps the settings of a stopped one", STOPPED, "--force", ["start", "--profile=minikube", "--force"]],
    ["resumes a paused one", PAUSED, "--force", ["unpause", "--profile=minikube"]],
  ] as const)
    test(what, () => assert.deepEqual(startArguments("minikube", existing, flags), expected));

  for (const [existing, flags, inDocker] of [
    [undefined, "", true],
    [undefined, "--cpus=4 --driver=docker", true],
    [undefined, "--driver kvm2", false],
    [undefined, "--vm-driver=virtualbox", false],
    [STOPPED, "--driver=kvm2", true],
    [{ ...STOPPED, driver: "kvm2" }, "", false],
  ] as const)
    test(`of ${existing?.driver ?? "a new one"} with "${flags}" ${inDocker ? "needs" : "does not need"} the local daemon`, () =>
      assert.equal(startsInDocker(existing, flags), inDocker));
});

describe("minikube docker-env", () => {
  test("gives the variables that point to the node's daemon", () => {
    const env = {
      DOCKER_TLS_VERIFY: "1",
      DOCKER_HOST: "tcp://127.0.0.1:32770",
      DOCKER_CERT_PATH: "/home/me/.minikube/certs",
      MINIKUBE_ACTIVE_DOCKERD: "minikube",
    };
    assert.deepEqual(parseDockerEnv(`${JSON.stringify(env)}\n`), env);
  });

  for (const json of ["", "false exit code 85", "[]", "null", "{}", '{"DOCKER_HOST":1}']) {
    test(`refuses ${JSON.stringify(json)}`, () => {
      assert.throws(
        () => parseDockerEnv(json),
        /^FailedError: minikube docker-env must print a (JSON object|DOCKER_HOST); got /,
      );
    });
  }
});
