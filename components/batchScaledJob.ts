import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { batchRule, leaseBehindPooler } from "./batchRules.ts";
import { BATCH_DEFAULTS, type BatchSettings } from "./batchSettings.ts";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
import { missingProbe } from "./livenessPort.ts";
import type { PodArgs } from "./podArgs.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { manualJob, type ScaledJobSpecArgs, scaledJobSpec } from "./scaledJobSpec.ts";
import type { ImageArgs } from "./workerPod.ts";

/** What a batch is, what its pods run, and where its requests are. */
export interface BatchScaledJobArgs extends BatchSettings {
  /** The name under which `batch.attach()` attached the table of requests. */
  readonly kind: string;
  /**
   * The name of the ScaledJob.
   *
   * @default - the component's
   */
  readonly name?: string;
  /** The namespace of the batches, where their Secrets are. */
  readonly namespace: pulumi.Input<string>;
  /** What pods run: the worker's image, whose handler of `kind` is the work, or any image that has `command`. */
  readonly image: pulumi.Input<ImageArgs>;
  /**
   * A program of `image` as the work, with its arguments.
   *
   * @default - the handler of `kind`
   */
  readonly command?: string[];
  /**
   * The image with the runner for `command`: an init container copies the runner into the pod. The same as `image` where that has
   * the runner in `/batch`.
   *
   * @default - none: must be given with `command`
   */
  readonly runner?: pulumi.Input<ImageArgs>;
  /**
   * Exit codes of `command` (1 to 255) after which no retry can help: the request is DEAD at once, as with 64, 65 and 78.
   *
   * @default - no other
   */
  readonly finalExitCodes?: number[];
  /** Where the database is. */
  readonly database: pulumi.Input<DatabaseAddress>;
  /** The role that pods log in as. */
  readonly worker: pulumi.Input<RoleCredentials>;
  /** The role that KEDA runs the scaling query as. */
  readonly scaler: pulumi.Input<RoleCredentials>;
  /**
   * The cluster's requirements for the pods.
   *
   * @default - nothing
   */
  readonly pod?: PodArgs;
}

/** What a deletion may take beyond the grace period: pods and their Jobs must be deleted. */
const DELETION_SECONDS = 120;

/**
 * A batch: every unfinished request of one kind gets a Job, as many at once as `maxReplicaCount`. Must depend on KEDA, on the
 * schema and on the images.
 *
 * @throws RunError naming every wrong argument, before anything is created.
 */
export class BatchScaledJob extends pulumi.ComponentResource {
  /** A Job as KEDA would create it, as JSON: `pulumi stack output job | kubectl create -f -`. */
  readonly job: pulumi.Output<string>;

  constructor(name: string, args: BatchScaledJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:BatchScaledJob", name, {}, opts);
    refuseWrongArgs(`BatchScaledJob ${name}`, batchRule, { name, ...args });
    const warning = missingProbe(args);
    if (warning !== undefined) void pulumi.log.warn(warning, this);
    const { namespace, pod, graceSeconds = BATCH_DEFAULTS.graceSeconds } = args;
    const names = { name: args.name ?? name, authenticationName: `${args.name ?? name}-auth` };
    const spec = pulumi.output(args).apply((known) => specArgs(known as KnownArgs, names));
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

/** The arguments when everything in them is known. */
type KnownArgs = Omit<BatchScaledJobArgs, "image" | "runner" | "database" | "worker" | "scaler"> &
  Pick<ScaledJobSpecArgs, "image" | "database" | "worker" | "scaler"> & { readonly runner?: ImageArgs };

/** @throws RunError when the arguments contradict each other; those that come from other resources are known only now. */
function specArgs(args: KnownArgs, names: Pick<ScaledJobSpecArgs, "name" | "authenticationName">): ScaledJobSpecArgs {
  refuseWrongArgs(`BatchScaledJob ${names.name}`, leaseBehindPooler, args);
  const { namespace, command, runner, finalExitCodes = [], ...rest } = args;
  return {
    ...BATCH_DEFAULTS,
    ...rest,
    ...names,
    ...(command && runner && { command: { command, runner, finalExitCodes } }),
  };
}

/** Labels and annotations of an object other than a pod; KEDA copies those of a ScaledJob to its Jobs. */
function metadata({ labels, annotations }: PodArgs = {}, own?: Readonly<Record<string, string>>) {
  return {
    ...(labels && { labels }),
    ...((annotations ?? own) && { annotations: { ...annotations, ...own } }),
  };
}
