import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { podFieldsJson } from "../tests/support/pulumi/podFields.ts";
import { podRule } from "./podRules.ts";

function problems(pod: unknown): string[] {
  const found: string[] = [];
  podRule(false)("pod", pod, found);
  return found;
}

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
    "a source of a volume": { volumes: [{ name: "data", nfs: { server: "nfs.example", path: "/x", readOnly: true } }] },
    "items of a Secret": { volumes: [{ name: "data", secret: { secretName: "s", items: [{ key: "a", path: "b" }] } }] },
    "a folder of a volume": { volumes: [DATA], volumeMounts: [{ ...MOUNT, subPath: "a/b..c" }] },
    "a removed field and one that is known only later": {
      podSpecPatch: { dnsConfig: null, securityContext: { fsGroup: output(5), runAsUser: null } },
    },
    "everything of a sidecar": {
      podSpecPatch: {
        initContainers: [
          {
            name: "proxy",
            image: "proxy:1",
            restartPolicy: "Always",
            ports: [{ containerPort: 80 }],
            resources: { limits: { cpu: 1, memory: "64Mi" } },
            startupProbe: { tcpSocket: { port: "http" } },
          },
        ],
      },
    },
    "an empty variable": { env: { A: "" } },
  };
  for (const [what, pod] of Object.entries(right))
    test(`may contain ${what}`, () => assert.deepEqual(problems(pod), []));

  const wrong: Record<string, readonly [pod: object, says: string]> = {
    "a misspelled key inside of an affinity": [
      { affinity: required({ ...TERM, labelselector: {} }) },
      'a key of pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0] must be one of labelSelector, matchLabelKeys, mismatchLabelKeys, namespaceSelector, namespaces, topologyKey (KEDA drops every other); got "labelselector"',
    ],
    "an affinity without what it needs": [
      { affinity: required({ labelSelector: {} }) },
      "[0].topologyKey must be set (Kubernetes requires it); got nothing",
    ],
    "a number instead of a label": [
      { affinity: required({ topologyKey: "a", labelSelector: { matchLabels: { a: 1 } } }) },
      "labelSelector.matchLabels.a must be a string (the field's type in Kubernetes); got a number",
    ],
    "a misspelled key of a label selector": [
      { topologySpreadConstraints: [{ ...SPREAD, labelSelector: { matchLabel: {} } }] },
      'got "matchLabel"',
    ],
    "a misspelled key of a volume's source": [
      { volumes: [{ name: "data", nfs: { server: "a", path: "/", readonly: true } }] },
      'got "readonly"',
    ],
    "an item of a Secret without its path": [
      { volumes: [{ name: "data", secret: { secretName: "s", items: [{ key: "a" }] } }] },
      "items[0].path must be set",
    ],
    "a misspelled field of the patch": [{ podSpecPatch: { hostAliasses: [] } }, 'got "hostAliasses"'],
    "a field of a container in the patch's pod": [{ podSpecPatch: { env: [] } }, 'got "env"'],
    "a misspelled field of the patch's container": [
      { podSpecPatch: { containers: [{ enviroment: [] }] } },
      "a key of pod.podSpecPatch.containers[0] must be one of args, command, env,",
    ],
    "a string for a number in the patch": [
      { podSpecPatch: { securityContext: { fsGroup: "1000" } } },
      "pod.podSpecPatch.securityContext.fsGroup must be a whole number (the field's type in Kubernetes); got a string",
    ],
    "a number as a variable in the patch": [
      { podSpecPatch: { containers: [{ env: [{ name: "A", value: 5 }] }] } },
      "pod.podSpecPatch.containers[0].env[0].value must be a string",
    ],
    "null as an element of a list in the patch": [
      { podSpecPatch: { containers: [{ securityContext: { capabilities: { add: [null] } } }] } },
      "pod.podSpecPatch.containers[0].securityContext.capabilities.add[0] must be an element (the field's type in Kubernetes); got nothing",
    ],
    "an object for a list in the patch": [
      { podSpecPatch: { hostAliases: {} } },
      "pod.podSpecPatch.hostAliases must be a list (the field's type in Kubernetes); got an object",
    ],
    "a toleration in seconds of any effect": [
      { tolerations: [{ key: "a", operator: "Exists", tolerationSeconds: 5 }] },
      "pod.tolerations[0].tolerationSeconds must come with the effect NoExecute (only it ends pods); got no effect",
    ],
    "a taint's value with a space": [
      { tolerations: [{ key: "a", operator: "Equal", value: "b c" }] },
      "pod.tolerations[0].value must be the value of a taint",
    ],
    "two spread constraints for one key": [
      { topologySpreadConstraints: [SPREAD, { ...SPREAD, maxSkew: 2 }] },
      "got zone with DoNotSchedule twice",
    ],
    "a minimum of domains that nothing enforces": [
      { topologySpreadConstraints: [{ ...SPREAD, whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 }] },
      "pod.topologySpreadConstraints[0].minDomains must come with whenUnsatisfiable DoNotSchedule",
    ],
    "label keys that narrow no selector": [
      { topologySpreadConstraints: [{ ...SPREAD, matchLabelKeys: ["a"] }] },
      "pod.topologySpreadConstraints[0].matchLabelKeys must come with a labelSelector",
    ],
    "a folder outside of the volume": [
      { volumes: [DATA], volumeMounts: [{ ...MOUNT, subPath: "a/../.." }] },
      "pod.volumeMounts[0].subPath must be a relative path without ..",
    ],
    "two folders of one volume for one mount": [
      { volumes: [DATA], volumeMounts: [{ ...MOUNT, subPath: "a", subPathExpr: "b" }] },
      "pod.volumeMounts[0] must have one of subPath and subPathExpr",
    ],
    "an unknown propagation of mounts": [
      { volumes: [DATA], volumeMounts: [{ ...MOUNT, mountPropagation: "Both" }] },
      "pod.volumeMounts[0].mountPropagation must be",
    ],
    "a folder of the node with ..": [
      { volumes: [{ name: "data", hostPath: { path: "/a/.." } }] },
      "pod.volumes[0].hostPath.path must be an absolute path without ..",
    ],
    "annotations that are too large together": [
      { annotations: { a: "x".repeat(200_000), b: "ü".repeat(30_000) } },
      "pod.annotations must have at most 250000 bytes together (Kubernetes' limit for an object is 262144); got 260002",
    ],
  };
  for (const [what, [pod, says]] of Object.entries(wrong)) {
    test(`may not contain ${what}: one message names it`, () => {
      const [message = "", ...others] = problems(pod);
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
    });
  }
});
