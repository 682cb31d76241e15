import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { DEFAULTS } from "../worker/src/settings.ts";
import { withCanonicalQuantities } from "./canonicalQuantities.ts";
import { commandMounts } from "./commandMounts.ts";
import { type DatabaseAddress, DEFAULT_CA_KEY, type PoolerAddress, type RoleCredentials } from "./database.ts";
import { livenessProbes } from "./livenessProbes.ts";
import { nonEmpty } from "./nonEmpty.ts";
import { placement } from "./placement.ts";
import type { PodArgs, PodResources } from "./podArgs.ts";
import { mergePodSpec } from "./podSpecPatch.ts";
import { CA_FOLDER, FILES_FOLDER, RUNNER_FOLDER, RUNTIME_VARIABLES } from "./reservedNames.ts";
import { copiedRunner, mountedRunner, runnerProgram } from "./runnerVolume.ts";
import { toVariable } from "./toVariable.ts";
import { unsetVariables } from "./unsetVariables.ts";
import { withDefaults } from "./withDefaults.ts";
import { withoutDevices } from "./withoutDevices.ts";

/** An image and its pull policy. */
export interface ImageArgs {
  /** Its reference, as in a pod's spec. */
  readonly reference: pulumi.Input<string>;
  /**
   * `Always`, `IfNotPresent` or `Never`.
   *
   * @default - Kubernetes' default: `Always` for the tag `latest`, otherwise `IfNotPresent`
   */
  readonly pullPolicy?: pulumi.Input<string>;
}

/** A program in any image that does the work, and the runner that starts it. */
export interface CommandArgs {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The runner's image, unless it is the command's image, which then has the runner in `/batch`. */
  readonly runner: ImageArgs;
  /** @default false - an init container copies the runner */
  readonly mountRunner?: boolean | undefined;
  /** Exit codes that make the request DEAD without a retry. */
  readonly finalExitCodes: readonly number[];
  /** @default - the worker's default */
  readonly retryAfterSeconds?: number | undefined;
}

/** What the pods of batches and the migration's pod have in common. */
export interface WorkerPodArgs {
  readonly name: string;
  readonly image: ImageArgs;
  /** @default - none: the worker processes requests */
  readonly args?: readonly string[];
  /** @default - none: the image is the worker's, with a handler */
  readonly command?: CommandArgs;
  readonly database: DatabaseAddress;
  /** Whether to connect to the pooler, if there is one. */
  readonly pooled: boolean;
  readonly role: RoleCredentials;
  readonly env: readonly types.input.core.v1.EnvVar[];
  /** CPU request; there is no CPU limit by default. */
  readonly cpu: string;
  /** Memory request and limit. */
  readonly memory: string;
  /** Seconds from SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
  /** @default 0 - no probe */
  readonly livenessPort?: number;
  /** @default - only what the worker needs */
  readonly pod?: PodArgs;
}

/** The user id of `node` in worker/Dockerfile. Kubernetes does not resolve user names from the image. */
const WORKER_UID = 1_000;

/**
 * For how long a pod stays on a node that is not ready or cannot be reached. Kubernetes' default is 300 s, which suits pods that
 * are costly to move: here the connection, and with it the claim, is lost in seconds, and until the pod is deleted its Job starts
 * no other. Long enough for a kubelet that restarts.
 */
const LOST_NODE_TOLERATION_SECONDS = 30;

/** Tolerations of a lost node for the given number of seconds. */
export function lostNodeTolerations(tolerationSeconds: number) {
  return ["not-ready", "unreachable"].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds,
  }));
}

/** A worker's pod, which meets the `restricted` Pod Security Standard and has no permission on the cluster. */
export function workerPod(args: WorkerPodArgs) {
  const { name, image, command, database, graceSeconds, pod = {} } = args;
  const runner = command && command.runner.reference !== image.reference ? suppliedRunner(args, command) : undefined;
  const variables = [
    ...databaseVariables(args),
    ...args.env,
    ...(command === undefined ? [] : commandVariables(command)),
  ];
  const container = {
    name,
    image: image.reference,
    // An empty field is left out: KEDA's objects are read back without it, and every pulumi up would add it again.
    ...(image.pullPolicy === undefined ? {} : { imagePullPolicy: image.pullPolicy }),
    ...(command === undefined ? {} : { command: runnerProgram(RUNNER_FOLDER, "main.ts") }),
    ...(args.args === undefined ? {} : { args: [...args.args] }),
    env: [
      ...variables,
      ...unsetVariables(variables, pod),
      ...Object.entries(pod.env ?? {}).map(([variable, value]) => ({ name: variable, value })),
    ],
    ...envFrom(pod),
    ...livenessProbes(args.livenessPort ?? 0, graceSeconds),
    resources: containerResources(args, pod.resources),
    securityContext: CONTAINER_SECURITY,
    // Kubernetes and Pulumi then show the end of the log as the reason for a pod's failure.
    terminationMessagePolicy: "FallbackToLogsOnError",
    ...nonEmpty("volumeMounts", [
      ...(database.caSecretName === undefined ? [] : [{ name: "ca", mountPath: CA_FOLDER, readOnly: true }]),
      ...(runner ? [runner.mount] : []),
      ...(command === undefined ? [] : commandMounts(pod)),
      ...(pod.volumeMounts ?? []),
    ]),
  } satisfies types.input.core.v1.Container;
  const spec = {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    // The worker does not use the variables with the addresses of the namespace's services.
    enableServiceLinks: false,
    // The kernel does not deliver SIGTERM to the first process of a namespace until it has a handler. A worker that is asked to stop while it
    // still starts would not receive it, claim, and be killed at the end of the grace period: a crash. Here it ends at once. The first process
    // is the pod's pause, which also reaps the orphans of a command.
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: graceSeconds,
    tolerations: [...lostNodeTolerations(LOST_NODE_TOLERATION_SECONDS), ...(pod.tolerations ?? [])],
    securityContext: podSecurity(pod),
    ...nonEmpty("initContainers", runner?.initContainers ?? []),
    containers: [container],
    ...nonEmpty("volumes", [
      ...caVolume(database),
      ...(runner?.volumes ?? []),
      ...(command === undefined ? [] : emptyVolumes("files", "tmp")),
      ...(pod.volumes ?? []),
    ]),
    ...placement(pod),
  } satisfies types.input.core.v1.PodSpec;
  return withCanonicalQuantities(mergePodSpec(spec, pod.podSpecPatch));
}

/** An environment variable with a role's password, by reference. */
export function secretVariable(name: string, { secretName, secretKey }: RoleCredentials) {
  return { name, valueFrom: { secretKeyRef: { name: secretName, key: secretKey } } };
}

/** An environment variable with a field of the pod. */
export function fieldVariable(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** The security context of a pod. */
export function podSecurity({ runAsUser = WORKER_UID, runAsAssignedUser }: PodArgs) {
  return {
    runAsNonRoot: true,
    ...(runAsAssignedUser ? {} : { runAsUser }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** The security context of a container. */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

function emptyVolumes(...names: readonly string[]) {
  return names.map((name) => ({ name, emptyDir: {} }));
}

/** What the worker runs, and variables that an image may set for its own programs and that would break the runner. */
function commandVariables({ command }: CommandArgs): types.input.core.v1.EnvVar[] {
  return [
    { name: "COMMAND", value: toVariable(command) },
    { name: "COMMAND_DIRECTORY", value: FILES_FOLDER },
    { name: "NODE_COMPILE_CACHE", value: `${RUNNER_FOLDER}/.cache` },
    ...RUNTIME_VARIABLES.map((name) => ({ name, value: "" })),
  ];
}

function suppliedRunner(args: WorkerPodArgs, { runner, mountRunner }: CommandArgs) {
  if (mountRunner) return mountedRunner(runner);
  const resources = containerResources(args, withoutDevices(args.pod?.resources));
  return copiedRunner(runner, { resources, securityContext: CONTAINER_SECURITY });
}

function containerResources({ cpu, memory }: WorkerPodArgs, { requests, limits }: PodResources = {}) {
  return { requests: { cpu, memory, ...requests }, limits: { memory, ...limits } };
}

function databaseVariables({ database, pooled, role }: WorkerPodArgs): types.input.core.v1.EnvVar[] {
  // A pooler has a separate certificate.
  const server: PoolerAddress = (pooled ? database.pooler : undefined) ?? database;
  const { host, port, serverName } = withDefaults({ port: DEFAULTS.port }, server);
  return [
    { name: "PG_HOST", value: host },
    { name: "PG_PORT", value: String(port) },
    { name: "PG_DATABASE", value: database.database },
    { name: "PG_USERNAME", value: role.user },
    secretVariable("PGPASSWORD", role),
    { name: "PG_SSLMODE", value: database.sslMode },
    ...(serverName === undefined ? [] : [{ name: "PG_SERVER_NAME", value: serverName }]),
    ...(database.caSecretName === undefined ? [] : [{ name: "PG_CA_FILE", value: `${CA_FOLDER}/ca.crt` }]),
  ];
}

/** Only the authority: the bundled server's private key is in the same Secret. */
function caVolume({ caSecretName, caSecretKey = DEFAULT_CA_KEY }: DatabaseAddress): types.input.core.v1.Volume[] {
  if (caSecretName === undefined) return [];
  return [{ name: "ca", secret: { secretName: caSecretName, items: [{ key: caSecretKey, path: "ca.crt" }] } }];
}

function envFrom({ envFromSecrets = [] }: PodArgs) {
  return nonEmpty(
    "envFrom",
    envFromSecrets.map(({ name, prefix }) => ({ secretRef: { name }, ...(prefix === undefined ? {} : { prefix }) })),
  );
}
