import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { securityPatch, sidecarPatch, workPatch } from "../tests/support/pulumi/patches.ts";
import { podFieldsJson } from "../tests/support/pulumi/podFields.ts";
import { assertOneProblem, podProblems } from "../tests/support/pulumi/problems.ts";

const TERM = { topologyKey: "zone", labelSelector: { matchLabels: { a: "b" } } };
const SPREAD = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" };
const MOUNT = { name: "data", mountPath: "/d" };
const DATA = { name: "data", emptyDir: {} };
const required = (term: object) => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } });

describe("the fields of a pod", () => {
  test("are those of the pinned KEDA's CRD (update them with node tests/support/pulumi/dumpPodFields.ts)", () => {
    assert.equal(readFileSync(new URL("podFields.json", import.meta.url), "utf8"), podFieldsJson());
  });

  const right: Record<string, object> = {
    "a term of an affinity": { affinity: required(TERM) },
    "a spread constraint with all its fields": {
      topologySpreadConstraints: [
        { ...SPREAD, minDomains: 2, labelSelector: TERM.labelSelector, matchLabelKeys: ["pod-template-hash"] },
        { ...SPREAD, whenUnsatisfiable: "ScheduleAnyway" },
      ],
    },
    "a field that is undefined, as if it were not there": {
      affinity: { ...required(TERM), nodeAffinity: undefined },
      volumes: [{ name: "data", nfs: { server: "nfs.example", path: "/x", readOnly: undefined }, secret: undefined }],
    },
    "a source of a volume": { volumes: [{ name: "data", nfs: { server: "nfs.example", path: "/x", readOnly: true } }] },
    "items of a Secret": { volumes: [{ name: "data", secret: { secretName: "s", items: [{ key: "a", path: "b" }] } }] },
    "a folder of a volume": { volumes: [DATA], volumeMounts: [{ ...MOUNT, subPath: "a/b..c" }] },
    "a removed field and one that is known only later": {
      podSpecPatch: { dnsConfig: null, securityContext: { fsGroup: output(5), runAsUser: null } },
    },
    "everything of a sidecar": sidecarPatch({
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: 1, memory: "64Mi" } },
      startupProbe: { tcpSocket: { port: "http" } },
    }),
    "an empty variable": { env: { A: "" } },
  };
  for (const [what, pod] of Object.entries(right))
    test(`may contain ${what}`, () => assert.deepEqual(podProblems(pod), []));

  const wrong: Record<string, object> = {
    'a key of pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0] must be one of labelSelector, matchLabelKeys, mismatchLabelKeys, namespaceSelector, namespaces, topologyKey (KEDA\'s CRD has no other); got "labelselector"':
      { affinity: required({ ...TERM, labelselector: {} }) },
    "[0].topologyKey must be set (Kubernetes requires it); got nothing": { affinity: required({ labelSelector: {} }) },
    "labelSelector.matchLabels.a must be a string (the field's type in Kubernetes); got a number": {
      affinity: required({ topologyKey: "a", labelSelector: { matchLabels: { a: 1 } } }),
    },
    'got "matchLabel"': { topologySpreadConstraints: [{ ...SPREAD, labelSelector: { matchLabel: {} } }] },
    'got "readonly"': { volumes: [{ name: "data", nfs: { server: "a", path: "/", readonly: true } }] },
    "items[0].path must be set": { volumes: [{ name: "data", secret: { secretName: "s", items: [{ key: "a" }] } }] },
    'got "hostAliasses"': { podSpecPatch: { hostAliasses: [] } },
    'got "env"': { podSpecPatch: { env: [] } },
    "a key of pod.podSpecPatch.containers[0] must be one of args, command, env,": workPatch({ enviroment: [] }),
    "pod.podSpecPatch.securityContext.fsGroup must be a whole number (the field's type in Kubernetes); got a string":
      securityPatch({ fsGroup: "1000" }),
    "pod.podSpecPatch.containers[0].env[0].value must be a string": workPatch({ env: [{ name: "A", value: 5 }] }),
    "pod.podSpecPatch.containers[0].securityContext.capabilities.add[0] must be an element (the field's type in Kubernetes); got nothing":
      workPatch({ securityContext: { capabilities: { add: [null] } } }),
    "pod.podSpecPatch.hostAliases must be a list (the field's type in Kubernetes); got an object": {
      podSpecPatch: { hostAliases: {} },
    },
    "pod.tolerations[0].tolerationSeconds must come with the effect NoExecute (only it ends pods); got no effect": {
      tolerations: [{ key: "a", operator: "Exists", tolerationSeconds: 5 }],
    },
    "pod.tolerations[0].value must be the value of a taint": {
      tolerations: [{ key: "a", operator: "Equal", value: "b c" }],
    },
    "got zone with DoNotSchedule twice": { topologySpreadConstraints: [SPREAD, { ...SPREAD, maxSkew: 2 }] },
    "pod.topologySpreadConstraints[0].minDomains must come with whenUnsatisfiable DoNotSchedule": {
      topologySpreadConstraints: [{ ...SPREAD, whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 }],
    },
    "pod.topologySpreadConstraints[0].matchLabelKeys must come with a labelSelector": {
      topologySpreadConstraints: [{ ...SPREAD, matchLabelKeys: ["a"] }],
    },
    "pod.volumeMounts[0].subPath must be a relative path without ..": {
      volumes: [DATA],
      volumeMounts: [{ ...MOUNT, subPath: "a/../.." }],
    },
    "pod.volumeMounts[0] must have one of subPath and subPathExpr": {
      volumes: [DATA],
      volumeMounts: [{ ...MOUNT, subPath: "a", subPathExpr: "b" }],
    },
    "pod.volumeMounts[0].mountPropagation must be": {
      volumes: [DATA],
      volumeMounts: [{ ...MOUNT, mountPropagation: "Both" }],
    },
    "pod.volumes[0].hostPath.path must be an absolute path without ..": {
      volumes: [{ name: "data", hostPath: { path: "/a/.." } }],
    },
    "pod.annotations must have at most 250000 bytes together (Kubernetes' limit for an object is 262144); got 260002": {
      annotations: { a: "x".repeat(200_000), b: "ü".repeat(30_000) },
    },
  };
  for (const [says, pod] of Object.entries(wrong))
    test(`refuses a mistake with one message: ${says}`, () => assertOneProblem(podProblems(pod), says));
});
