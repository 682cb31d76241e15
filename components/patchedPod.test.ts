import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { SIDECAR, sidecarPatch, workPatch } from "../tests/support/pulumi/patches.ts";
import { podProblems } from "../tests/support/pulumi/problems.ts";

const DATA = { name: "data", emptyDir: {} };
const MOUNT = { name: "data", mountPath: "/data" };
const antiAffinity = (term: object) => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
});

describe("a pod and its patch together", () => {
  const right: Record<string, object> = {
    "a part of a volume": {
      volumes: [{ name: "data", nfs: { server: "nfs.example", path: "/x" } }],
      podSpecPatch: { volumes: [{ name: "data", nfs: { readOnly: true } }] },
    },
    "a part of a mount": {
      volumes: [DATA],
      volumeMounts: [MOUNT],
      podSpecPatch: { containers: [{ volumeMounts: [{ mountPath: "/data", readOnly: true }] }] },
    },
    "another source of a volume": {
      volumes: [DATA],
      podSpecPatch: { volumes: [{ name: "data", emptyDir: null, secret: { secretName: "a" } }] },
    },
    "a sidecar with a volume of the pod and with one of the worker's": {
      volumes: [DATA],
      podSpecPatch: {
        dnsPolicy: "Default",
        initContainers: [{ ...SIDECAR, volumeMounts: [MOUNT, { name: "files", mountPath: "/files" }] }],
      },
    },
    "volumes that are known only later": {
      volumes: [{ name: output("data"), emptyDir: {} }],
      podSpecPatch: { containers: [{ volumeMounts: [MOUNT] }], initContainers: [{ name: "a", image: output("a:1") }] },
    },
    "a removed field of a new element": {
      podSpecPatch: antiAffinity({ topologyKey: "zone", labelSelector: null }),
    },
  };
  for (const [what, pod] of Object.entries(right))
    test(`may have ${what}`, () => assert.deepEqual(podProblems(pod, true), []));

  const wrong: Record<string, object> = {
    "pod.podSpecPatch.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey must be set (Kubernetes requires it); got nothing":
      { podSpecPatch: antiAffinity({ labelSelector: {} }) },
    "pod.podSpecPatch.volumes[0].hostPath.path must be set (Kubernetes requires it); got nothing": {
      podSpecPatch: { volumes: [{ name: "data", hostPath: {} }] },
    },
    "pod.podSpecPatch.containers[0].env[0].valueFrom.secretKeyRef.key must be set (Kubernetes requires it); got nothing":
      workPatch({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "a" } } }] }),
    "pod.podSpecPatch.initContainers[0].image must be set (Kubernetes requires it); got nothing": {
      podSpecPatch: { initContainers: [{ name: "proxy", restartPolicy: "Always" }] },
    },
    'pod.podSpecPatch.initContainers[0].volumeMounts must name a volume of the pod (it is mounted); got "data"':
      sidecarPatch({ volumeMounts: [MOUNT] }),
    'pod.podSpecPatch.containers[0].volumeMounts must name a volume of the pod (it is mounted); got "data"': workPatch({
      volumeMounts: [MOUNT],
    }),
    "the volume data of pod and its podSpecPatch must have one source (what is mounted); got emptyDir and secret": {
      volumes: [DATA],
      podSpecPatch: { volumes: [{ name: "data", secret: { secretName: "a" } }] },
    },
    "the volume data of pod and its podSpecPatch must have one source (what is mounted); got none": {
      podSpecPatch: { volumes: [{ name: "data" }] },
    },
    'pod.podSpecPatch.dnsPolicy must be ClusterFirst, ClusterFirstWithHostNet, Default or None (how names are resolved); got "default"':
      { podSpecPatch: { dnsPolicy: "default" } },
    'pod.podSpecPatch.initContainers[0].restartPolicy must be Always, OnFailure or Never (with Always an init container is a sidecar); got "always"':
      sidecarPatch({ restartPolicy: "always" }),
  };
  for (const [message, pod] of Object.entries(wrong))
    test(`are refused with one message: ${message}`, () => assert.deepEqual(podProblems(pod, true), [message]));

  test("are those of the stack where a batch does not replace them", () => {
    const pod = { volumes: [DATA], podSpecPatch: { containers: [{ volumeMounts: [MOUNT] }] } };
    const batch = { kind: "page", table: "pages" };
    assert.deepEqual(configProblems({ pod, batches: [batch] }), []);
    assert.deepEqual(configProblems({ pod, batches: [{ ...batch, pod: { volumes: [] } }] }), [
      'batches[0].pod.podSpecPatch.containers[0].volumeMounts must name a volume of the pod (it is mounted); got "data"',
    ]);
  });
});
