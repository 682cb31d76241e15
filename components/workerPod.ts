import type { types } from "@pulumi/kubernetes";
import type { DatabaseAddress, Login } from "./login.ts";

export interface WorkerPodArgs {
  readonly name: string;
  readonly image: string;
  /** @default - none: work on requests */
  readonly command?: readonly string[];
  readonly address: DatabaseAddress;
  readonly login: Login;
  readonly env: readonly types.input.core.v1.EnvVar[];
  /** What the pod reserves; it may use more where there is more. */
  readonly cpu: string;
  /** What the pod reserves and never exceeds. */
  readonly memory: string;
  /** From SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
}

/** The user that worker/Dockerfile names, as a number: Kubernetes does not look a name up. */
const NODE_USER = 1_000;

const CA_FOLDER = "/etc/postgresql-ca";

/**
 * For how long a pod stays on a node that is not ready or cannot be reached. Kubernetes' own is 300 s, made for pods that are
 * costly to move: here the connection, and with it the claim, is lost in seconds, and until the pod is deleted its Job starts
 * no other. Long enough for a kubelet that restarts.
 */
const LOST_NODE_SECONDS = 30;

const TOLERATIONS = ["not-ready", "unreachable"].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: LOST_NODE_SECONDS,
}));

/** A pod of the worker's image that fulfils the `restricted` Pod Security Standard and holds no right on the cluster. */
export function workerPod({ name, image, command, address, login, env, cpu, memory, graceSeconds }: WorkerPodArgs) {
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    // Nothing here looks for the services of its namespace in the environment.
    enableServiceLinks: false,
    // The kernel keeps SIGTERM from a namespace's first process until it listens. A worker that is asked to stop while it
    // still starts would not hear it, claim, and be killed at the end of the grace period: a crash. Here it ends at once.
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: graceSeconds,
    tolerations: TOLERATIONS,
    securityContext: { runAsNonRoot: true, runAsUser: NODE_USER, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name,
        image,
        // Built into the node's daemon: there is no registry to ask.
        imagePullPolicy: "Never",
        // Left out where empty: KEDA's objects come back without it, and every pulumi up would put it in again.
        ...(command === undefined ? {} : { args: [...command] }),
        env: [
          { name: "PG_HOST", value: address.host },
          { name: "PG_PORT", value: String(address.port) },
          { name: "PG_DATABASE", value: address.database },
          { name: "PG_USERNAME", value: login.user },
          secretVariable("PGPASSWORD", login),
          { name: "PG_CA_FILE", value: `${CA_FOLDER}/ca.crt` },
          ...env,
        ],
        resources: { requests: { cpu, memory }, limits: { memory } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        // The log's end tells why a pod failed, where Kubernetes and Pulumi show it.
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [{ name: "ca", mountPath: CA_FOLDER, readOnly: true }],
      },
    ],
    // The authority alone: the server's key is in the same Secret.
    volumes: [{ name: "ca", secret: { secretName: address.caSecretName, items: [{ key: "ca.crt", path: "ca.crt" }] } }],
  } satisfies types.input.core.v1.PodSpec;
}

/** A variable that a login's password is in. */
export function secretVariable(name: string, { secretName, secretKey }: Login) {
  return { name, valueFrom: { secretKeyRef: { name: secretName, key: secretKey } } };
}

/** A variable that a field of the pod is in. */
export function fieldVariable(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
