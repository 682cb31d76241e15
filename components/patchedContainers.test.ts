import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { securityPatch, sidecarPatch, workPatch } from "../tests/support/pulumi/patches.ts";
import { podProblems } from "../tests/support/pulumi/problems.ts";

const FROM_SECRET = { name: "TOKEN", valueFrom: { secretKeyRef: { name: "a", key: "token" } } };

describe("a patch's containers, of which Kubernetes would create no pod, or no node start it,", () => {
  const right: Record<string, object> = {
    "a variable whose value the patch removes": {
      env: { TOKEN: "a" },
      ...workPatch({ env: [{ ...FROM_SECRET, value: null }] }),
    },
    "root where it is allowed": securityPatch({ runAsUser: 0, runAsNonRoot: false }),
    "a privileged container": workPatch({ securityContext: { privileged: true, allowPrivilegeEscalation: true } }),
    "a sidecar's probe and hook": sidecarPatch({
      readinessProbe: { tcpSocket: { port: 80 } },
      lifecycle: { preStop: { exec: { command: ["drain"] } } },
    }),
    "a profile of the node": securityPatch({ appArmorProfile: { type: "Localhost", localhostProfile: "a" } }),
    "its own name servers": { podSpecPatch: { dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.10"] } } },
    "limits that are known only later": sidecarPatch({
      resources: { requests: { "a/b": 1 }, limits: output({ "a/b": 1 }) },
    }),
    "values that are known only later": {
      env: output({ TOKEN: "a" }),
      ...workPatch({ env: [{ name: "TOKEN", valueFrom: output({}) }], securityContext: output({}) }),
    },
  };
  for (const [what, pod] of Object.entries(right))
    test(`may have ${what}`, () => assert.deepEqual(podProblems(pod, true), []));

  const wrong: Record<string, object> = {
    'containers[0].env must give TOKEN one source (Kubernetes\' rule; "value: null" removes the other); got value and valueFrom':
      { env: { TOKEN: "geheim" }, ...workPatch({ env: [FROM_SECRET] }) },
    "containers[0].env must give TOKEN one source (Kubernetes' rule); got secretKeyRef and fieldRef": workPatch({
      env: [{ ...FROM_SECRET, valueFrom: { ...FROM_SECRET.valueFrom, fieldRef: { fieldPath: "metadata.uid" } } }],
    }),
    "containers[0].envFrom must give each element one source (Kubernetes' rule); got none": workPatch({
      envFrom: [{ prefix: "A_" }],
    }),
    "containers[0].securityContext.runAsNonRoot must be false with runAsUser 0 (no node would start the container); got true":
      securityPatch({ runAsUser: 0 }),
    "initContainers[0].securityContext.runAsNonRoot must be false with runAsUser 0 (no node would start the container); got true":
      sidecarPatch({ securityContext: { runAsUser: 0 } }),
    "containers[0].securityContext.allowPrivilegeEscalation must be true with privileged (Kubernetes' rule); got false":
      workPatch({ securityContext: { privileged: true } }),
    'initContainers[0].restartPolicy must be Always with readinessProbe (other init containers have no probes and hooks); got "Never"':
      sidecarPatch({ restartPolicy: "Never", readinessProbe: { tcpSocket: { port: 80 } } }),
    "initContainers[0].restartPolicy must be Always with lifecycle (other init containers have no probes and hooks); got nothing":
      {
        podSpecPatch: {
          initContainers: [{ name: "a", image: "a:1", lifecycle: { postStart: { sleep: { seconds: 1 } } } }],
        },
      },
    "securityContext.seccompProfile.localhostProfile must be set with the type Localhost, and with no other (Kubernetes' rule); got nothing":
      securityPatch({ seccompProfile: { type: "Localhost" } }),
    "securityContext.seccompProfile.localhostProfile must be set with the type Localhost, and with no other (Kubernetes' rule); got RuntimeDefault":
      securityPatch({ seccompProfile: { localhostProfile: "a" } }),
    "containers[0].securityContext.appArmorProfile.localhostProfile must be set with the type Localhost, and with no other (Kubernetes' rule); got nothing":
      workPatch({ securityContext: { appArmorProfile: { type: "Localhost" } } }),
    "initContainers[0].startupProbe must have one of exec, grpc, httpGet, tcpSocket (Kubernetes' rule); got none":
      sidecarPatch({ startupProbe: { periodSeconds: 1 } }),
    'initContainers[0].resources.limits.memory must be at least the request (Kubernetes refuses such pods); got "1Gi" and "2Gi"':
      sidecarPatch({ resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } }),
    "dnsConfig.nameservers must be set with dnsPolicy None (nothing else has any); got nothing": {
      podSpecPatch: { dnsPolicy: "None" },
    },
    'volumes[0].name must be 1 to 63 characters from a-z, 0-9 and "-" (a volume\'s name); got "My_Data"': {
      podSpecPatch: { volumes: [{ name: "My_Data", emptyDir: {} }] },
    },
    'containers[0].volumeMounts must have absolute paths without : (Kubernetes\' rule); got "/a:b"': {
      volumes: [{ name: "a", emptyDir: {} }],
      ...workPatch({ volumeMounts: [{ name: "a", mountPath: "/a:b" }] }),
    },
    'containers[0].volumeMounts must have different paths (one would hide the other); got "/a" twice': {
      ...{ volumes: [{ name: "a", emptyDir: {} }], volumeMounts: [{ name: "a", mountPath: "/a" }] },
      ...workPatch({ volumeMounts: [{ name: "a", mountPath: "/a/" }] }),
    },
    'initContainers[0].volumeMounts must have absolute paths without : (Kubernetes\' rule); got "data"': {
      volumes: [{ name: "a", emptyDir: {} }],
      ...sidecarPatch({ volumeMounts: [{ name: "a", mountPath: "data" }] }),
    },
  };
  for (const [message, pod] of Object.entries(wrong))
    test(`are refused with one message: ${message}`, () =>
      assert.deepEqual(podProblems(pod, true), [`pod.podSpecPatch.${message}`]));

  test("are checked with the variables of a batch", () => {
    const batch = { kind: "page", table: "pages", image: "pages:1", command: ["work"], env: { TOKEN: "a" } };
    assert.deepEqual(configProblems({ pod: workPatch({ env: [FROM_SECRET] }), batches: [batch] }), [
      'batches[0].pod.podSpecPatch.containers[0].env must give TOKEN one source (Kubernetes\' rule; "value: null" removes the other); got value and valueFrom',
    ]);
  });
});
