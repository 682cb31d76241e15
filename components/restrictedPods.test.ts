import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { securityPatch, sidecarPatch, workPatch } from "../tests/support/pulumi/patches.ts";

const PAGES = { kind: "page", table: "pages", image: "pages:1", command: ["work"] };
const SECURITY = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

describe("pods in a namespace that the stack creates, which enforces the restricted Pod Security Standard", () => {
  const right: Record<string, object> = {
    "a sidecar that meets it": sidecarPatch({ securityContext: SECURITY }),
    "a port that may be bound": workPatch({ securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } }),
    "volumes that it allows": {
      volumes: [
        { name: "a", persistentVolumeClaim: { claimName: "a" } },
        { name: "b", configMap: { name: "b" } },
      ],
    },
    "another user": { runAsUser: 65_532, podSpecPatch: { securityContext: { fsGroup: 1 } } },
    "settings of its own network and level": {
      podSpecPatch: {
        securityContext: {
          sysctls: [{ name: "net.ipv4.tcp_keepalive_time", value: "60" }],
          seLinuxOptions: { level: "s0:c1,c2" },
          appArmorProfile: { type: "RuntimeDefault" },
        },
        containers: [{ securityContext: { procMount: "Default" } }],
      },
    },
  };
  for (const [what, pod] of Object.entries(right))
    test(`may have ${what}`, () => assert.deepEqual(configProblems({ pod }), []));

  const wrong: Record<string, object> = {
    hostNetwork: { podSpecPatch: { hostNetwork: true } },
    hostIPC: { podSpecPatch: { hostIPC: true } },
    "the volume a of type hostPath": { volumes: [{ name: "a", hostPath: { path: "/a" } }] },
    "no runAsNonRoot: true in the container batch, runAsUser: 0 in the container batch": securityPatch({
      runAsUser: 0,
      runAsNonRoot: false,
    }),
    // The user of the image, which may be root.
    "no runAsNonRoot: true in the container batch": securityPatch({ runAsNonRoot: null }),
    "capabilities.add: [SYS_PTRACE] in the container batch": workPatch({
      securityContext: { capabilities: { add: ["SYS_PTRACE"] } },
    }),
    "no allowPrivilegeEscalation: false in the container batch, privileged: true in the container batch": workPatch({
      securityContext: { privileged: true, allowPrivilegeEscalation: true },
    }),
    "a hostPort in the container batch": workPatch({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    "no seccompProfile in the container batch": securityPatch({ seccompProfile: { type: "Unconfined" } }),
    "the sysctl kernel.msgmax in securityContext": securityPatch({ sysctls: [{ name: "kernel.msgmax", value: "1" }] }),
    "appArmorProfile Unconfined in securityContext": securityPatch({ appArmorProfile: { type: "Unconfined" } }),
    "seLinuxOptions in the container batch": workPatch({ securityContext: { seLinuxOptions: { type: "spc_t" } } }),
    "procMount: Unmasked in the container batch": workPatch({ securityContext: { procMount: "Unmasked" } }),
    "a host of the readinessProbe in the container proxy, a host of the postStart in the container proxy": sidecarPatch(
      {
        securityContext: SECURITY,
        readinessProbe: { httpGet: { port: 80, host: "10.0.0.1" } },
        livenessProbe: { tcpSocket: { port: 80, host: "" } },
        lifecycle: { postStart: { httpGet: { port: 80, host: "10.0.0.1" } } },
      },
    ),
    "no allowPrivilegeEscalation: false in the container proxy, no capabilities.drop: [ALL] in the container proxy":
      sidecarPatch(),
  };
  for (const [got, pod] of Object.entries(wrong)) {
    test(`refuses privileges with one message: ${got}`, () => {
      const batches = [
        { ...PAGES, kind: "a" },
        { ...PAGES, pod },
      ];
      for (const [path, config] of Object.entries({ pod: { pod }, "batches[1].pod": { batches } })) {
        assert.deepEqual(configProblems(config), [
          `${path} must meet Kubernetes' restricted Pod Security Standard (the namespace enforces it because createNamespace is true); got ${got}`,
        ]);
        assert.deepEqual(configProblems({ ...config, createNamespace: "false" }), []);
      }
    });
  }
});
