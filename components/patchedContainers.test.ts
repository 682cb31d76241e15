import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { podProblems } from "../tests/support/pulumi/problems.ts";

const SIDECAR = { name: "proxy", image: "proxy:1", restartPolicy: "Always" };
const FROM_SECRET = { name: "TOKEN", valueFrom: { secretKeyRef: { name: "a", key: "token" } } };
const work = (fields: object) => ({ podSpecPatch: { containers: [fields] } });
const sidecar = (fields: object) => ({ podSpecPatch: { initContainers: [{ ...SIDECAR, ...fields }] } });

describe("a patch's containers, of which Kubernetes would create no pod, or no node start it,", () => {
  const right: Record<string, object> = {
    "a variable whose value the patch removes": {
      env: { TOKEN: "a" },
      ...work({ env: [{ ...FROM_SECRET, value: null }] }),
    },
    "root where it is allowed": { podSpecPatch: { securityContext: { runAsUser: 0, runAsNonRoot: false } } },
    "a privileged container": work({ securityContext: { privileged: true, allowPrivilegeEscalation: true } }),
    "a sidecar's probe and hook": sidecar({
      readinessProbe: { tcpSocket: { port: 80 } },
      lifecycle: { preStop: { exec: { command: ["drain"] } } },
    }),
    "a profile of the node": {
      podSpecPatch: { securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: "a" } } },
    },
    "its own name servers": { podSpecPatch: { dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.10"] } } },
    "limits that are known only later": sidecar({
      resources: { requests: { "a/b": 1 }, limits: output({ "a/b": 1 }) },
    }),
    "values that are known only later": {
      env: output({ TOKEN: "a" }),
      ...work({ env: [{ name: "TOKEN", valueFrom: output({}) }], securityContext: output({}) }),
    },
  };
  for (const [what, pod] of Object.entries(right))
    test(`may have ${what}`, () => assert.deepEqual(podProblems(pod, true), []));

  const at = "pod.podSpecPatch";
  const wrong: Record<string, object> = {
    [`${at}.containers[0].env must give TOKEN one source (Kubernetes' rule; "value: null" removes the other); got value and valueFrom`]:
      { env: { TOKEN: "geheim" }, ...work({ env: [FROM_SECRET] }) },
    [`${at}.containers[0].env must give TOKEN one source (Kubernetes' rule); got secretKeyRef and fieldRef`]: work({
      env: [{ ...FROM_SECRET, valueFrom: { ...FROM_SECRET.valueFrom, fieldRef: { fieldPath: "metadata.uid" } } }],
    }),
    [`${at}.containers[0].envFrom must give each element one source (Kubernetes' rule); got none`]: work({
      envFrom: [{ prefix: "A_" }],
    }),
    [`${at}.containers[0].securityContext.runAsNonRoot must be false with runAsUser 0 (no node would start the container); got true`]:
      { podSpecPatch: { securityContext: { runAsUser: 0 } } },
    [`${at}.initContainers[0].securityContext.runAsNonRoot must be false with runAsUser 0 (no node would start the container); got true`]:
      sidecar({ securityContext: { runAsUser: 0 } }),
    [`${at}.containers[0].securityContext.allowPrivilegeEscalation must be true with privileged (Kubernetes' rule); got false`]:
      work({ securityContext: { privileged: true } }),
    [`${at}.initContainers[0].restartPolicy must be Always with readinessProbe (other init containers have no probes and hooks); got "Never"`]:
      sidecar({ restartPolicy: "Never", readinessProbe: { tcpSocket: { port: 80 } } }),
    [`${at}.initContainers[0].restartPolicy must be Always with lifecycle (other init containers have no probes and hooks); got nothing`]:
      {
        podSpecPatch: {
          initContainers: [{ name: "a", image: "a:1", lifecycle: { postStart: { sleep: { seconds: 1 } } } }],
        },
      },
    [`${at}.securityContext.seccompProfile.localhostProfile must be set with the type Localhost, and with no other (Kubernetes' rule); got nothing`]:
      { podSpecPatch: { securityContext: { seccompProfile: { type: "Localhost" } } } },
    [`${at}.securityContext.seccompProfile.localhostProfile must be set with the type Localhost, and with no other (Kubernetes' rule); got RuntimeDefault`]:
      { podSpecPatch: { securityContext: { seccompProfile: { localhostProfile: "a" } } } },
    [`${at}.containers[0].securityContext.appArmorProfile.localhostProfile must be set with the type Localhost, and with no other (Kubernetes' rule); got nothing`]:
      work({ securityContext: { appArmorProfile: { type: "Localhost" } } }),
    [`${at}.initContainers[0].startupProbe must have one of exec, grpc, httpGet, tcpSocket (Kubernetes' rule); got none`]:
      sidecar({ startupProbe: { periodSeconds: 1 } }),
    [`${at}.initContainers[0].resources.limits.memory must be at least the request (Kubernetes refuses such pods); got "1Gi" and "2Gi"`]:
      sidecar({ resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } }),
    [`${at}.dnsConfig.nameservers must be set with dnsPolicy None (nothing else has any); got nothing`]: {
      podSpecPatch: { dnsPolicy: "None" },
    },
    [`${at}.volumes[0].name must be 1 to 63 characters from a-z, 0-9 and "-" (a volume's name); got "My_Data"`]: {
      podSpecPatch: { volumes: [{ name: "My_Data", emptyDir: {} }] },
    },
    [`${at}.containers[0].volumeMounts must have absolute paths without : (Kubernetes' rule); got "/a:b"`]: {
      volumes: [{ name: "a", emptyDir: {} }],
      ...work({ volumeMounts: [{ name: "a", mountPath: "/a:b" }] }),
    },
    [`${at}.containers[0].volumeMounts must have different paths (one would hide the other); got "/a" twice`]: {
      ...{ volumes: [{ name: "a", emptyDir: {} }], volumeMounts: [{ name: "a", mountPath: "/a" }] },
      ...work({ volumeMounts: [{ name: "a", mountPath: "/a/" }] }),
    },
    [`${at}.initContainers[0].volumeMounts must have absolute paths without : (Kubernetes' rule); got "data"`]: {
      volumes: [{ name: "a", emptyDir: {} }],
      ...sidecar({ volumeMounts: [{ name: "a", mountPath: "data" }] }),
    },
  };
  for (const [message, pod] of Object.entries(wrong))
    test(`are refused with one message: ${message}`, () => assert.deepEqual(podProblems(pod, true), [message]));

  test("are checked with the variables of a batch", () => {
    const batch = { kind: "page", table: "pages", image: "pages:1", command: ["work"], env: { TOKEN: "a" } };
    assert.deepEqual(configProblems({ pod: work({ env: [FROM_SECRET] }), batches: [batch] }), [
      'batches[0].pod.podSpecPatch.containers[0].env must give TOKEN one source (Kubernetes\' rule; "value: null" removes the other); got value and valueFrom',
    ]);
  });
});
