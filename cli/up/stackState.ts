import { capture } from "./capture.ts";
import { FailedError } from "./failedError.ts";
import { parseObject } from "./parseObject.ts";
import type { Session } from "./session.ts";

/** A namespaced object of the cluster. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

export function isSameObject(one: ObjectName, other: ObjectName): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}

/** A namespace that one of index.ts' components creates. */
export interface CreatedNamespace {
  readonly component: "Postgres" | "Keda";
  readonly name: string;
}

/** An image that was built and not pushed: it exists in the daemon that built it, and nowhere else. */
export interface BuiltImage {
  readonly urn: string;
  readonly name: string;
}

/** The cluster to which a stack is deployed. */
export interface DeployedCluster {
  readonly context: string;
  /** The uid of the namespace kube-system, which identifies a cluster whatever its context's name. */
  readonly uid: string;
}

/** What the commands need to know about the stack's objects on the cluster. */
export interface StackState {
  /** Undefined before the first `pulumi up` has created an object on the cluster. */
  readonly cluster?: DeployedCluster;
  /** The namespaces that it created: everything in them belongs to it. */
  readonly namespaces: readonly string[];
  /** Those of them that its settings name, except any that Pulumi will replace or may not have created. */
  readonly configured: readonly CreatedNamespace[];
  /** Whether its settings install KEDA. */
  readonly installedKeda: boolean;
  /** The release of the PostgreSQL that its settings install, if it has installed one. */
  readonly installedPostgres?: ObjectName;
  /** Its Helm releases. */
  readonly releases: readonly ObjectName[];
  readonly jobs: readonly ObjectName[];
  readonly scaledJobs: readonly ObjectName[];
  readonly triggerAuthentications: readonly ObjectName[];
  readonly builtImages: readonly BuiltImage[];
  /** Whether it installed KEDA. */
  readonly ownsKeda: boolean;
}

/**
 * Reads the stack's state, even while Pulumi changes the stack.
 *
 * @throws FailedError with Pulumi's message: an empty state would mean that nothing belongs to the stack.
 */
export async function readStackState({ stack, env }: Pick<Session, "stack" | "env">): Promise<StackState> {
  const { exitCode, stdout, stderr } = await capture("pulumi", ["stack", "export", "--stack", stack], env);
  if (exitCode !== 0)
    throw new FailedError(`cannot read the state of the stack ${stack} (nothing was changed): ${stderr.trim()}`);
  if (stdout.trim() !== "") parseObject(stdout, "pulumi stack export");
  return parseStackState(stdout);
}

/** Parses the output of `pulumi stack export`. */
export function parseStackState(json: string): StackState {
  const all = parseResources(json);
  const resources = all.filter((resource) => resource.external !== true);
  const named = (type: string) =>
    resources
      .filter((resource) => resource.type === type)
      .flatMap(({ inputs }) => toObjectName({ namespace: "", ...inputs?.metadata }));
  return {
    ...(resources.some(({ type }) => type?.startsWith("kubernetes:")) && findCluster(all)),
    namespaces: [...new Set(named("kubernetes:core/v1:Namespace").map(({ name }) => name))],
    configured: resources.flatMap(configuredNamespace),
    installedKeda: resources.some((resource) => CONFIGURED_KEDA.test(resource.urn ?? "") && isKept(resource)),
    ...findPostgres(resources),
    releases: resources.filter(({ type }) => type === RELEASE).flatMap(({ inputs }) => toObjectName(inputs)),
    jobs: named("kubernetes:batch/v1:Job"),
    scaledJobs: named("kubernetes:keda.sh/v1alpha1:ScaledJob"),
    triggerAuthentications: named("kubernetes:keda.sh/v1alpha1:TriggerAuthentication"),
    builtImages: resources.filter(isKept).flatMap(toBuiltImage),
    ownsKeda: resources.some(isKedaRelease),
  };
}

const RELEASE = "kubernetes:helm.sh/v3:Release";

interface Resource {
  readonly urn?: string;
  readonly type?: string;
  /** Whether it belongs to another owner and Pulumi only reads it. */
  readonly external?: boolean;
  /** Whether another one has replaced it, and Pulumi still has to delete it. */
  readonly delete?: boolean;
  /** Whether Pulumi has deleted it and still has to create the one that replaces it. */
  readonly pendingReplacement?: boolean;
  /** Whether an interrupted operation was about it. A new resource then may not exist; any other is in the state a second time. */
  readonly pending?: true;
  readonly outputs?: { readonly metadata?: { readonly name?: string; readonly uid?: string } };
  readonly inputs?: {
    readonly context?: string;
    readonly chart?: string;
    readonly imageName?: string;
    readonly skipPush?: boolean;
    readonly name?: string;
    readonly namespace?: string;
    readonly metadata?: { readonly name?: string; readonly namespace?: string };
  };
}

function parseResources(json: string): Resource[] {
  try {
    const { deployment } = JSON.parse(json) as {
      readonly deployment?: {
        readonly resources?: Resource[];
        readonly pending_operations?: { readonly resource: Resource }[];
      };
    };
    const pending = deployment?.pending_operations ?? [];
    return [
      ...(deployment?.resources ?? []),
      ...pending.map(({ resource }) => ({ ...resource, pending: true as const })),
    ];
  } catch {
    return [];
  }
}

/** By the component `Cluster`, which reads the namespace kube-system, and by the provider. */
function findCluster(resources: readonly Resource[]): Pick<StackState, "cluster"> {
  const context = resources.find(({ type }) => type === "pulumi:providers:kubernetes")?.inputs?.context;
  const { uid } = resources.find(isKubeSystem)?.outputs?.metadata ?? {};
  return typeof context === "string" && typeof uid === "string" ? { cluster: { context, uid } } : {};
}

function isKubeSystem({ type, external, outputs }: Resource): boolean {
  return external === true && type === "kubernetes:core/v1:Namespace" && outputs?.metadata?.name === "kube-system";
}

function toObjectName({ name, namespace }: Partial<ObjectName> = {}): ObjectName[] {
  return typeof name === "string" && typeof namespace === "string" ? [{ namespace, name }] : [];
}

function toBuiltImage({ type, urn, inputs }: Resource): BuiltImage[] {
  const { imageName: name, skipPush } = inputs ?? {};
  if (type !== "docker:index/image:Image" || skipPush !== true) return [];
  return typeof urn === "string" && typeof name === "string" ? [{ urn, name }] : [];
}

/** The namespaces of index.ts' two components, `postgres` and `keda`; a program may have more of either. */
const CONFIGURED_NAMESPACE = /:index:(Postgres|Keda)\$kubernetes:core\/v1:Namespace::(?:postgres|keda)-namespace$/;

const CONFIGURED_KEDA = /:index:Keda\$kubernetes:helm\.sh\/v3:Release::keda$/;
const CONFIGURED_POSTGRES = /:index:Postgres\$kubernetes:helm\.sh\/v3:Release::postgres$/;

function findPostgres(resources: readonly Resource[]): Pick<StackState, "installedPostgres"> {
  const found = resources.find((resource) => CONFIGURED_POSTGRES.test(resource.urn ?? "") && isKept(resource));
  const [installedPostgres] = toObjectName(found?.inputs);
  return installedPostgres === undefined ? {} : { installedPostgres };
}

function configuredNamespace(resource: Resource): CreatedNamespace[] {
  const [, component] = CONFIGURED_NAMESPACE.exec(resource.urn ?? "") ?? [];
  if (component === undefined || !isKept(resource)) return [];
  const { name } = resource.inputs?.metadata ?? {};
  return typeof name === "string" ? [{ component: component as CreatedNamespace["component"], name }] : [];
}

/** Whether Pulumi would delete it only because of other settings. */
function isKept({ delete: isReplaced, pendingReplacement: isDeleted, pending: isPending }: Resource): boolean {
  return !isReplaced && !isDeleted && !isPending;
}

/** Recognized by the component `Keda` or by the chart: `keda`, `oci://registry.example/keda`, `./keda-2.20.2.tgz`. */
function isKedaRelease({ urn = "", type, inputs }: Resource): boolean {
  if (type !== RELEASE) return false;
  return urn.includes(":index:Keda$") || /(^|\/)keda(-[^/]*)?\/?$/.test(inputs?.chart ?? "");
}
