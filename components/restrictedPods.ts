import { PROBES } from "./patchedContainers.ts";
import type { PodArgs } from "./podArgs.ts";
import { type Rule, toFields, toObjects } from "./rule.ts";
import type { StackConfig } from "./stackConfig.ts";
import { stackPods } from "./stackPods.ts";
import { workerPod } from "./workerPod.ts";

type Part = Readonly<Record<string, unknown>>;

/** Kinds of volumes that the standard allows, and `image`, on which versions of Kubernetes differ. */
const VOLUMES = /^(name|configMap|csi|downwardAPI|emptyDir|ephemeral|image|persistentVolumeClaim|projected|secret)$/;

/**
 * The namespace that the stack creates enforces the `restricted` Pod Security Standard: the API server would refuse other pods, first the
 * migration's, after everything else is installed.
 */
export const restrictedPods: Rule = (_path, value, problems) => {
  const config = value as StackConfig;
  if (!config.database.createNamespace) return;
  for (const [path, args] of stackPods(config)) {
    const found = findForbidden(toSpec(args));
    if (found.length === 0) continue;
    problems.push(
      `${path} must meet Kubernetes' restricted Pod Security Standard (the namespace enforces it because createNamespace is true); got ${found.join(", ")}`,
    );
    return;
  }
};

/** A pod with these settings; what is not in them does not matter here. */
function toSpec(pod: PodArgs): Part {
  const role = { user: "", secretName: "", secretKey: "" };
  const database = { host: "", port: 1, database: "", sslMode: "require" };
  const rest = { env: [], cpu: "1", memory: "1Gi", graceSeconds: 1 };
  return workerPod({ name: "batch", image: { reference: "" }, database, pooled: false, role, ...rest, pod });
}

/** Kernel settings that affect only the pod. */
const SYSCTLS =
  /^(kernel\.shm_rmid_forced|net\.ipv4\.(ip_local_port_range|ip_local_reserved_ports|ip_unprivileged_port_start|ping_group_range|tcp_(syncookies|keepalive_(time|intvl|probes)|fin_timeout|rmem|wmem)))$/;

const SELINUX_TYPES: readonly unknown[] = [
  ...[undefined, null, ""],
  ...["container_t", "container_init_t", "container_kvm_t", "container_engine_t"],
];

/** What the standard forbids in a pod's spec. */
export function findForbidden(spec: Part): string[] {
  const { containers, initContainers, volumes, securityContext } = spec;
  return [
    ...ofContext(toFields(securityContext)).map((what) => `${what} in securityContext`),
    ...["hostNetwork", "hostPID", "hostIPC"].filter((field) => spec[field] === true),
    ...toObjects(volumes).flatMap((volume) =>
      Object.keys(volume)
        .filter((key) => !VOLUMES.test(key))
        .map((key) => `the volume ${volume.name} of type ${key}`),
    ),
    ...[...toObjects(initContainers), ...toObjects(containers)].flatMap((container) =>
      ofContainer(container, toFields(securityContext)).map((what) => `${what} in the container ${container.name}`),
    ),
  ];
}

function ofContainer({ securityContext, ports, ...container }: Part, pod: Part): string[] {
  const own = toFields(securityContext);
  const { runAsNonRoot, runAsUser, seccompProfile } = { ...pod, ...own };
  const { drop, add } = toFields(own.capabilities);
  const added = list(add).filter((capability) => capability !== "NET_BIND_SERVICE");
  return [
    ...ofContext(own),
    ...(["Default", undefined, null].includes(own.procMount as string | undefined)
      ? []
      : [`procMount: ${own.procMount}`]),
    ...(own.allowPrivilegeEscalation === false ? [] : ["no allowPrivilegeEscalation: false"]),
    ...(list(drop).includes("ALL") ? [] : ["no capabilities.drop: [ALL]"]),
    ...(added.length === 0 ? [] : [`capabilities.add: [${added.join(", ")}]`]),
    ...(own.privileged === true ? ["privileged: true"] : []),
    ...(runAsNonRoot === true ? [] : ["no runAsNonRoot: true"]),
    ...(runAsUser === 0 ? ["runAsUser: 0"] : []),
    ...(/^(RuntimeDefault|Localhost)$/.test(String(toFields(seccompProfile).type)) ? [] : ["no seccompProfile"]),
    ...(toObjects(ports).some(({ hostPort }) => hostPort !== undefined && hostPort !== 0) ? ["a hostPort"] : []),
    ...toHandlers(container).flatMap(([name, { httpGet, tcpSocket }]) =>
      [httpGet, tcpSocket].some((action) => toFields(action).host) ? [`a host of the ${name}`] : [],
    ),
  ];
}

/** The probes and hooks of a container, each by its name; since Kubernetes 1.34 they reach only the pod itself. */
function toHandlers({ lifecycle, ...container }: Part): [name: string, handler: Part][] {
  const handlers = {
    ...Object.fromEntries(PROBES.map((probe) => [probe, container[probe]])),
    ...toFields(lifecycle),
  };
  return Object.entries(handlers).map(([name, handler]) => [name, toFields(handler)]);
}

/** In the security context of a pod or a container. */
function ofContext({ appArmorProfile, seLinuxOptions, windowsOptions, sysctls }: Part): string[] {
  const { type, user, role } = toFields(seLinuxOptions);
  return [
    ...(toFields(appArmorProfile).type === "Unconfined" ? ["appArmorProfile Unconfined"] : []),
    ...(SELINUX_TYPES.includes(type) && !user && !role ? [] : ["seLinuxOptions"]),
    ...(toFields(windowsOptions).hostProcess === true ? ["windowsOptions.hostProcess"] : []),
    ...toObjects(sysctls)
      .filter(({ name }) => !SYSCTLS.test(String(name)))
      .map(({ name }) => `the sysctl ${name}`),
  ];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
