import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { batchRule } from "./batchRules.ts";
import { BATCH_DEFAULTS, type BatchSettings } from "./batchSettings.ts";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
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
  readonly image: ImageArgs;
  /**
   * A program of `image` as the work, with its arguments.
   *
   * @default - the handler of `kind`
   */
  readonly command?: string[];
  /**
   * The image that brings the runner to `command`.
   *
   * @default - none: must be given with `command`
   */
  readonly runner?: ImageArgs;
  /**
   * Exit codes of `command` (1 to 255) that no retry helps against: the request is DEAD at once, as with 64, 65 and 78.
   *
   * @default - no other
   */
  readonly finalExitCodes?: number[];
  /** Where the database is. */
  readonly database: DatabaseAddress;
  /** The role that pods log in as. */
  readonly worker: RoleCredentials;
  /** The role that KEDA runs the scaling query as. */
  readonly scaler: RoleCredentials;
  /**
   * What the cluster wants of the pods.
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
    const { namespace, command, runner, finalExitCodes = [], pod, ...rest } = args;
    const scaledJobName = args.name ?? name;
    const spec: ScaledJobSpecArgs = {
      ...BATCH_DEFAULTS,
      ...rest,
      name: scaledJobName,
      ...(command === undefined || runner === undefined ? {} : { command: { command, runner, finalExitCodes } }),
      authenticationName: `${scaledJobName}-auth`,
      ...(pod === undefined ? {} : { pod }),
    };
    // Neither is deletedWith the namespace: only KEDA's operator removes their finalizers.
    const authentication = new k8s.apiextensions.CustomResource(
      `${name}-auth`,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: { namespace, name: spec.authenticationName, ...metadata(pod) },
        spec: {
          secretTargetRef: [{ parameter: "password", name: args.scaler.secretName, key: args.scaler.secretKey }],
        },
      },
      { parent: this },
    );
    const waiting = { "pulumi.com/waitFor": "condition=Ready" };
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledJob",
        metadata: {
          namespace,
          name: scaledJobName,
          ...metadata(pod),
          annotations: { ...pod?.annotations, ...waiting },
        },
        spec: scaledJobSpec(spec),
      },
      {
        parent: this,
        dependsOn: authentication,
        customTimeouts: { create: "2m", update: "2m", delete: `${spec.graceSeconds + DELETION_SECONDS}s` },
      },
    );
    this.job = pulumi.output(manualJob(spec, namespace)).apply((job) => JSON.stringify(job));
    this.registerOutputs({ job: this.job });
  }
}

/** Labels and annotations of an object that is no pod; KEDA hands those of a ScaledJob to its Jobs. */
function metadata({ labels, annotations }: PodArgs = {}) {
  return { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
}
