import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A Secret whose keys become environment variables. */
export interface EnvSecret {
  /** The Secret, in the namespace of the batches. */
  readonly name: pulumi.Input<string>;
  /**
   * What the variables' names begin with.
   *
   * @default - the keys as they are
   */
  readonly prefix?: string;
}

/** Amounts that a container reserves and may use at most, besides `cpu` and `memory`. */
export interface PodResources {
  /**
   * What is reserved by resource name (`ephemeral-storage`, ...), as Kubernetes writes amounts.
   *
   * @default - CPU and memory alone
   */
  readonly requests?: { [resource: string]: string };
  /**
   * What is used at most by resource name (`cpu`, `nvidia.com/gpu`, ...), as Kubernetes writes amounts.
   *
   * @default - memory alone
   */
  readonly limits?: { [resource: string]: string };
}

/** A cluster's requirements for pods, besides those of the work. */
export interface PodArgs {
  /**
   * Labels of the pods and of every other object of the component.
   *
   * @default - none but the component's own
   */
  readonly labels?: { [name: string]: string };
  /**
   * Annotations of the pods and of every other object of the component.
   *
   * @default - on pods, those that keep Karpenter and the cluster autoscaler from moving a running Job
   */
  readonly annotations?: { [name: string]: string };
  /**
   * The service account, in the namespace of the batches. Its token is not mounted; cloud identities do not need it.
   *
   * @default - the namespace's own
   */
  readonly serviceAccountName?: pulumi.Input<string>;
  /**
   * Environment variables of the work.
   *
   * @default - none
   */
  readonly env?: { [name: string]: pulumi.Input<string> };
  /**
   * Secrets whose keys become environment variables of the work.
   *
   * @default - none
   */
  readonly envFromSecrets?: EnvSecret[];
  /**
   * Volumes, besides those that the worker needs.
   *
   * @default - none
   */
  readonly volumes?: types.input.core.v1.Volume[];
  /**
   * Where `volumes` are mounted.
   *
   * @default - nowhere
   */
  readonly volumeMounts?: types.input.core.v1.VolumeMount[];
  /**
   * Labels that a node must have.
   *
   * @default - any node; of the image's architecture, where the image is built for one
   */
  readonly nodeSelector?: pulumi.Input<{ [label: string]: pulumi.Input<string> }>;
  /**
   * Taints that pods tolerate, besides a lost node for 30 seconds.
   *
   * @default - no other
   */
  readonly tolerations?: types.input.core.v1.Toleration[];
  /**
   * Affinity to nodes and to other pods.
   *
   * @default - none
   */
  readonly affinity?: types.input.core.v1.Affinity;
  /**
   * How pods are spread, instead of over nodes.
   *
   * @default - over nodes, where there is room
   */
  readonly topologySpreadConstraints?: types.input.core.v1.TopologySpreadConstraint[];
  /**
   * The priority class.
   *
   * @default - the cluster's own
   */
  readonly priorityClassName?: pulumi.Input<string>;
  /**
   * What is reserved and limited besides `cpu` and `memory`.
   *
   * @default - nothing
   */
  readonly resources?: PodResources;
  /**
   * Secrets with the credentials of registries, in the namespace of the batches.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
  /**
   * The runtime class.
   *
   * @default - the cluster's own
   */
  readonly runtimeClassName?: pulumi.Input<string>;
  /**
   * The user id that containers run as (1 to 2147483647).
   *
   * @default 1000
   */
  readonly runAsUser?: number;
  /**
   * A strategic merge patch of the pod's spec, applied last. It may not touch what the worker relies on.
   *
   * @default - none
   */
  // biome-ignore lint/suspicious/noExplicitAny: Pulumi's schema has no other type for a part of any object.
  readonly podSpecPatch?: any;
}
