import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildsInNode, checkRuntime, findProfile, type Profile, parseDockerEnv, startArguments } from "./minikube.ts";

const DOCKER: Profile = { driver: "docker", runtime: "docker", running: true };
const PINS = ["--driver=docker", "--container-runtime=docker", "--kubernetes-version=v1.34.4"];

function profiles(...valid: object[]): string {
  return JSON.stringify({ invalid: [], valid });
}

describe("minikube's profiles", () => {
  const one = (Status: string, Driver: string, ContainerRuntime: string) => ({
    Name: "minikube",
    Status,
    Config: { Driver, KubernetesConfig: { ContainerRuntime } },
  });
  for (const [what, json, found, inNode] of [
    ["none", profiles(), undefined, false],
    ["null, as an older minikube says none", '{"invalid":[],"valid":null}', undefined, false],
    ["another's", profiles({ Name: "other" }), undefined, false],
    ["a running one", profiles(one("OK", "docker", "docker")), DOCKER, true],
    ["a stopped one", profiles(one("Stopped", "docker", "docker")), { ...DOCKER, running: false }, false],
    ["one whose node is gone", profiles(one("", "docker", "docker")), { ...DOCKER, running: false }, false],
    ["the none driver's", profiles(one("Running", "none", "docker")), { ...DOCKER, driver: "none" }, false],
  ] as const) {
    test(`${what}: ${inNode ? "builds in the node" : "builds in the daemon that is here"}`, () => {
      assert.deepEqual(findProfile(json, "minikube"), found);
      assert.equal(buildsInNode(found), inNode);
    });
  }

  test("must be JSON", () => {
    assert.throws(() => findProfile("oops", "minikube"), /minikube profile list must print a JSON object; got "oops"/);
  });

  test("need Docker as their container runtime; a missing profile is made so", () => {
    checkRuntime("minikube", DOCKER);
    checkRuntime("minikube", undefined);
    const containerd = { ...DOCKER, runtime: "containerd" };
    assert.throws(
      () => checkRuntime("mine", containerd),
      /must be docker .* got containerd.*minikube delete --profile=mine/,
    );
  });
});

describe("minikube start", () => {
  for (const [what, profile, flags, expected] of [
    ["a new one is made as it is needed here", undefined, undefined, PINS],
    [
      "the user's flags come last, so they win",
      undefined,
      " --cpus=4  --driver=kvm2 ",
      [...PINS, "--cpus=4", "--driver=kvm2"],
    ],
    ["one that is there keeps its own", { ...DOCKER, running: false }, "--force", ["--force"]],
  ] as const) {
    test(what, () => {
      assert.deepEqual(startArguments("minikube", profile, flags), ["start", "--profile=minikube", ...expected]);
    });
  }
});

describe("minikube docker-env", () => {
  test("gives the variables that lead to the node's daemon", () => {
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
        /^Error: minikube docker-env must print a (JSON object|DOCKER_HOST); got /,
      );
    });
  }
});
