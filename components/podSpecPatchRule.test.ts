import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onlyProblem, ruleProblems } from "../tests/support/pulumi/problems.ts";
import { podSpecPatchRule } from "./podSpecPatchRule.ts";

const problems = (patch: unknown, hasCommand = false) =>
  ruleProblems(podSpecPatchRule(hasCommand), "pod.podSpecPatch", patch);

describe("podSpecPatch", () => {
  test("shows no part of a structure, which may contain a password", () => {
    const env = [{ name: "TOKEN", value: "geheim" }];
    for (const patch of [
      { spec: { containers: [{ env }] } },
      { containers: [{ env: "TOKEN=geheim" }] },
      { containers: [{ env: ["geheim"] }] },
      { containers: ["geheim"] },
      { containers: [{ lifecycle: { postStart: { exec: { command: ["geheim"] } } } }] },
      "geheim",
    ]) {
      assert.match(onlyProblem(problems(patch)), /; got (an object|a list|a string|something else)$/);
    }
  });

  test("names the key by which a list is merged, where it is no list of objects", () => {
    for (const [list, key] of [
      ["env", "name"],
      ["volumeMounts", "mountPath"],
    ] as const)
      assert.deepEqual(problems({ containers: [{ [list]: "a" }] }), [
        `pod.podSpecPatch must not change containers[0].${list} (elements are merged by ${key}); got a string`,
      ]);
  });

  test("says what is wrong about values that JSON does not have", () => {
    for (const name of [5n, Symbol("a"), () => 1, { toString: null }])
      assert.equal(problems({ initContainers: [{ name }] }).length, 1);
  });

  const allowed = {
    "another user": { securityContext: { runAsUser: null } },
    "a sidecar": { initContainers: [{ name: "proxy", image: "proxy:1", restartPolicy: "Always" }] },
    "a container's security": { containers: [{ securityContext: { readOnlyRootFilesystem: false } }] },
    "a variable": { containers: [{ env: [{ name: "MODE", value: "fast" }] }] },
    "nothing where a value is undefined": {
      ...{ restartPolicy: undefined, priorityClassName: undefined, volumes: undefined },
      containers: [{ image: undefined, tty: undefined }],
    },
    "hosts and DNS": { hostAliases: [], dnsConfig: {}, hostNetwork: true },
  };
  for (const [what, patch] of Object.entries(allowed))
    test(`may change ${what}`, () => assert.deepEqual(problems(patch), []));

  const refused: Record<string, object> = {
    restartPolicy: { restartPolicy: "OnFailure" },
    shareProcessNamespace: { shareProcessNamespace: false },
    hostPID: { hostPID: true },
    terminationGracePeriodSeconds: { terminationGracePeriodSeconds: 5 },
    activeDeadlineSeconds: { activeDeadlineSeconds: 5 },
    tolerations: { tolerations: [] },
    nodeName: { nodeName: "a" },
    ephemeralContainers: { ephemeralContainers: [] },
    schedulingGates: { schedulingGates: [{ name: "a" }] },
    spec: { spec: { hostNetwork: true } },
    metadata: { metadata: { labels: {} } },
    "an init container without a name": { initContainers: [{ image: "x" }] },
    "the init container migrate": { initContainers: [{ name: "migrate", image: "x" }] },
    "an element of env without a name": { containers: [{ env: [{ value: "x" }] }] },
    "an element of volumes without a name": { volumes: [{ emptyDir: {} }] },
    "an element of volumeMounts without a mountPath": { containers: [{ volumeMounts: [{ name: "a" }] }] },
    "an element of ports without a containerPort": { containers: [{ ports: [{ name: "a" }] }] },
    "an element of imagePullSecrets without a name": { imagePullSecrets: [{ secret: "a" }] },
    "the mount //batch": { containers: [{ volumeMounts: [{ name: "a", mountPath: "//batch" }] }] },
    "the volume ca": { volumes: [{ name: "ca", emptyDir: {} }] },
    "the init container runner": { initContainers: [{ name: "runner", image: "x" }] },
    "the number of containers": { containers: [{}, { name: "b" }] },
    "containers[0].name": { containers: [{ name: "b" }] },
    "containers[0].image": { containers: [{ image: "x" }] },
    "containers[0].command": { containers: [{ command: ["x"] }] },
    "containers[0].args": { containers: [{ args: ["x"] }] },
    "containers[0].lifecycle": { containers: [{ lifecycle: {} }] },
    "containers[0].restartPolicy": { containers: [{ restartPolicy: "Always" }] },
    "containers[0].restartPolicyRules": { containers: [{ restartPolicyRules: [] }] },
    priority: { priority: 5 },
    "containers[0].livenessProbe": { containers: [{ livenessProbe: null }] },
    "containers[0].startupProbe": { containers: [{ startupProbe: {} }] },
    "containers[0].workingDir": { containers: [{ workingDir: "/" }] },
    "the variable PGPASSWORD": { containers: [{ env: [{ name: "PGPASSWORD", value: "x" }] }] },
    "the variable KIND": { containers: [{ env: [{ name: "KIND", value: "x" }] }] },
    "the mount /batch": { containers: [{ volumeMounts: [{ name: "a", mountPath: "/batch" }] }] },
    "the mount /": { containers: [{ volumeMounts: [{ name: "a", mountPath: "/" }] }] },
    "containers[0].env": { containers: [{ env: null }] },
    volumes: { volumes: null },
    containers: { containers: { work: {} } },
    $patch: { securityContext: { $patch: "replace" } },
  };
  for (const [what, patch] of Object.entries(refused)) {
    test(`may not change ${what}, and the message gives the reason`, () => {
      const message = onlyProblem(problems(patch));
      assert.ok(message.startsWith(`pod.podSpecPatch must not change ${what} (`), message);
    });
  }

  test("may set the working directory of a command, which is the image's by default", () => {
    assert.deepEqual(problems({ containers: [{ workingDir: "/work" }] }, true), []);
  });

  for (const wrong of [null, [], "spec", 1])
    test(`may not be ${JSON.stringify(wrong)}`, () => assert.equal(problems(wrong).length, 1));
});
