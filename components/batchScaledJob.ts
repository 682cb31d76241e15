import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { batchRule } from "./batchRules.ts";
import { BATCH_DEFAULTS, type BatchSettings } from "./batchSettings.ts";
import { checkedArgs } from "./checkedArgs.ts";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
import { missingProbe } from "./livenessPort.ts";
import { mergeMetadata } from "./mergeMetadata.ts";
import type { PodArgs } from "./podArgs.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { manualJob, type ScaledJobSpecArgs, scaledJobSpec } from "./scaledJobSpec.ts";
import { withDefaults } from "./withDefaults.ts";
import type { ImageArgs } from "./workerPod.ts";

/** A batch: its kind and settings, the image its pods run, and the database that holds its requests. */
export interface BatchScaledJobArgs extends BatchSettings {
  /** The kind, as passed to `batch.attach()` for its table. Attach it first: the scaling query of a missing kind fails. */
  readonly kind: string;
  /**
   * The name of the ScaledJob.
   *
   * @default - the component's name
   */
  readonly name?: string;
  /** The namespace of the batches and their Secrets. */
  readonly namespace: pulumi.Input<string>;
  /** The pods' image: the worker's, which contains the handler of `kind`, or any image that contains `command`. */
  readonly image: pulumi.Input<ImageArgs>;
  /**
   * A program in `image` that does the work, and its arguments.
   *
   * @default - the handler of `kind`
   */
  readonly command?: pulumi.Input<string>[];
  /**
   * The image with the runner for `command`: an init container copies the runner into the pod. The same as `image` where that has
   * the runner in `/batch`.
   *
   * @default - none: must be given with `command`
   */
  readonly runner?: pulumi.Input<ImageArgs>;
  /**
   * Mount the runner's image as a volume instead: the pod claims about a second earlier. Needs Kubernetes 1.35 or newer, and nodes with
   * containerd 2.1 or newer.
   *
   * @default false
   */
  readonly mountRunner?: boolean;
  /**
   * Exit codes of `command` (1 to 255) that make the request DEAD without a retry, in addition to 64, 65 and 78.
   *
   * @default - no other
   */
  readonly finalExitCodes?: number[];
  /**
   * Seconds until a request is run again after exit code 75 of `command` (0 to 604800), unless the command sets another time.
   *
   * @default 60
   */
  readonly retryAfterSeconds?: number;
  /** The database's address. */
  readonly database: pulumi.Input<DatabaseAddress>;
  /** The role that pods log in as. */
  readonly worker: pulumi.Input<RoleCredentials>;
  /** The role that KEDA uses to run the scaling query. */
  readonly scaler: pulumi.Input<RoleCredentials>;
  /**
   * Pod settings that the cluster requires.
   *
   * @default - nothing
   */
  readonly pod?: PodArgs;
}

/** Time for a deletion beyond the grace period: Kubernetes must delete the Jobs and their pods. */
const DELETION_SECONDS = 120;

/**
 * A batch: every unfinished request of one kind gets a Job, at most `maxReplicaCount` at a time. Must depend on KEDA, the schema
 * and the images.
 *
 * @throws RunError naming every wrong argument, before anything is created.
 */
export class BatchScaledJob extends pulumi.ComponentResource {
  /** A Job as KEDA would create it, as JSON: `pulumi stack output job | kubectl create -f -`. */
  readonly job: pulumi.Output<string>;

  constructor(name: string, args: BatchScaledJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:BatchScaledJob", name, {}, opts);
    // A program in JavaScript may omit the arguments.
    refuseWrongArgs(`BatchScaledJob ${name}`, batchRule, { ...args, name: args?.name ?? name });
    const warning = missingProbe(args);
    if (warning !== undefined) void pulumi.log.warn(warning, this);
    const { namespace, pod, graceSeconds = BATCH_DEFAULTS.graceSeconds } = args;
    const names = { name: args.name ?? name, authenticationName: `${args.name ?? name}-auth` };
    const spec = checkedArgs(`BatchScaledJob ${name}`, batchRule, { ...args, name: names.name }, (known) =>
      specArgs(known as KnownArgs, names),
    );
    const scaler = pulumi.output(args.scaler);
    // Neither is deletedWith the namespace: only KEDA's operator removes their finalizers.
    const authentication = new k8s.apiextensions.CustomResource(
      `${name}-auth`,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: { namespace, name: names.authenticationName, ...metadata(pod) },
        spec: { secretTargetRef: [{ parameter: "password", name: scaler.secretName, key: scaler.secretKey }] },
      },
      { parent: this },
    );
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledJob",
        metadata: { namespace, name: names.name, ...metadata(pod, { "pulumi.com/waitFor": "condition=Ready" }) },
        spec: spec.apply(scaledJobSpec),
      },
      {
        parent: this,
        dependsOn: authentication,
        customTimeouts: { create: "2m", update: "2m", delete: `${graceSeconds + DELETION_SECONDS}s` },
      },
    );
    this.job = pulumi.all([spec, namespace]).apply(([known, there]) => JSON.stringify(manualJob(known, there)));
    this.registerOutputs({ job: this.job });
  }
}

/** The arguments with all outputs resolved. */
type KnownArgs = Omit<BatchScaledJobArgs, "image" | "command" | "runner" | "database" | "worker" | "scaler"> &
  Pick<ScaledJobSpecArgs, "image" | "database" | "worker" | "scaler"> & {
    readonly command?: readonly string[];
    readonly runner?: ImageArgs;
  };

function specArgs(args: KnownArgs, names: Pick<ScaledJobSpecArgs, "name" | "authenticationName">): ScaledJobSpecArgs {
  const { namespace, command, runner, mountRunner, finalExitCodes = [], retryAfterSeconds, ...rest } = args;
  return {
    ...withDefaults(BATCH_DEFAULTS, rest),
    ...names,
    ...(command && runner && { command: { command, runner, mountRunner, finalExitCodes, retryAfterSeconds } }),
  };
}

/** Labels and annotations of an object other than a pod; KEDA copies those of a ScaledJob to its Jobs. */
function metadata({ labels, annotations }: PodArgs = {}, own?: Readonly<Record<string, string>>) {
  return {
    ...(labels && { labels }),
    ...(own ? { annotations: mergeMetadata(annotations, own) } : annotations && { annotations }),
  };
}
