import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseAddress, Login } from "./login.ts";
import { oneJob, type ScaledJobSettings, type ScaledJobSpecArgs, scaledJobSpec } from "./scaledJobSpec.ts";

/** What a batch is, what its pods run, and who asks the database. */
export interface BatchScaledJobArgs extends ScaledJobSettings {
  /** The database's: Secrets are read from there. */
  readonly namespace: k8s.core.v1.Namespace;
  readonly image: string;
  readonly address: DatabaseAddress;
  /** The role that pods log in as. */
  readonly worker: Login;
  /** The role that KEDA asks the scaling query as. */
  readonly scaler: Login;
}

/** A Job's name is a label's value, 63 characters at most: KEDA appends `-` to the batch's, and Kubernetes 5 characters. */
const MAX_NAME = 57;

/** What a deletion may take beyond the grace period: pods and their Jobs must be gone. */
const DELETION_SECONDS = 120;

/**
 * A batch: every unfinished request of one kind gets a Job, as many at once as `maxReplicaCount`. Must depend on KEDA's
 * release, on the schema and on the image.
 */
export class BatchScaledJob extends pulumi.ComponentResource {
  /** One Job as KEDA would create it, as JSON. */
  readonly job: pulumi.Output<string>;

  constructor(name: string, args: BatchScaledJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:BatchScaledJob", name, {}, opts);
    checkName(name);
    const { namespace, ...settings } = args;
    const spec: ScaledJobSpecArgs = { ...settings, name, authenticationName: `${name}-auth` };
    const metadata = { namespace: namespace.metadata.name };
    // Neither is deletedWith the namespace: only KEDA's operator takes their finalizers off.
    const authentication = new k8s.apiextensions.CustomResource(
      `${name}-auth`,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: { ...metadata, name: spec.authenticationName },
        spec: {
          secretTargetRef: [{ parameter: "password", name: args.scaler.secretName, key: args.scaler.secretKey }],
        },
      },
      { parent: this },
    );
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledJob",
        metadata: {
          ...metadata,
          name,
          annotations: { "pulumi.com/waitFor": "condition=Ready" },
        },
        spec: scaledJobSpec(spec),
      },
      {
        parent: this,
        dependsOn: authentication,
        customTimeouts: { create: "2m", update: "2m", delete: `${args.graceSeconds + DELETION_SECONDS}s` },
      },
    );
    this.job = namespace.metadata.name.apply((its) => JSON.stringify(oneJob(spec, its)));
    this.registerOutputs({ job: this.job });
  }
}

/** @throws RangeError when Kubernetes would refuse the name of the ScaledJob, or of a Job. */
export function checkName(name: string): void {
  if (/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= MAX_NAME) return;
  throw new RangeError(
    `a batch's name must be 1 to ${MAX_NAME} of a-z, 0-9 and "-", a letter first (its Jobs are named after it); got ${JSON.stringify(name)}`,
  );
}
