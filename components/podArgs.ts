import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A Secret whose keys become environment variables. */
export interface EnvSecret {
  /** The Secret's name, in the namespace of the batches. */
  readonly name: pulumi.Input<string>;
  /**
   * A prefix for the variables' names.
   *
   * @default - none
   */
  readonly prefix?: string;
}

/** Resource requests and limits of a container, in addition to the settings `cpu` and `memory`. */
export interface PodResources {
  /**
   * Requests by resource name (`ephemeral-storage`, ...), as Kubernetes quantities.
   *
   * @default - only CPU and memory
   */
  readonly requests?: { [resource: string]: string };
  /**
   * Limits by resource name (`cpu`, `nvidia.com/gpu`, ...), as Kubernetes quantities.
   *
   * @default - only memory
   */
  readonly limits?: { [resource: string]: string };
}

/** Pod settings that a cluster requires, independent of the work. */
export interface PodArgs {
  /**
   * Labels of the pods and of every other object of the component.
   *
   * @default - only the component's own
   */
  readonly labels?: { [name: string]: string };
  /**
   * Annotations of the pods and of every other object of the component.
   *
   * @default - on the pods of batches, those that prevent Karpenter and the cluster autoscaler from evicting a running Job
   */
  readonly annotations?: { [name: string]: string };
  /**
   * The service account, in the namespace of the batches. Its token is not mounted; cloud identities do not need it.
   *
   * @default - the namespace's default service account
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
   * Volumes, in addition to those that the worker needs.
   *
   * @default - none
   */
  readonly volumes?: types.input.core.v1.Volume[];
  /**
   * Mounts of `volumes`.
   *
   * @default - none
   */
  readonly volumeMounts?: types.input.core.v1.VolumeMount[];
  /**
   * Labels that a node must have, in addition to the default.
   *
   * @default - Linux nodes, with the architecture of an image that the stack pushes
   */
  readonly nodeSelector?: pulumi.Input<{ [label: string]: pulumi.Input<string> }>;
  /**
   * Tolerations of pods, in addition to tolerating a lost node for 30 seconds.
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
   * Topology spread constraints, which replace the default.
   *
   * @default - evenly over nodes, if possible
   */
  readonly topologySpreadConstraints?: types.input.core.v1.TopologySpreadConstraint[];
  /**
   * The priority class.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: pulumi.Input<string>;
  /**
   * Resource requests and limits in addition to `cpu` and `memory`.
   *
   * @default - nothing
   */
  readonly resources?: PodResources;
  /**
   * Secrets in the namespace of the batches with registry credentials.
   *
   * @default - none
   */
  readonly imagePullSecrets?: pulumi.Input<string>[];
  /**
   * The runtime class.
   *
   * @default - the cluster's default
   */
  readonly runtimeClassName?: pulumi.Input<string>;
  /**
   * The user id that containers run as (1 to 2147483647).
   *
   * @default 1000
   */
  readonly runAsUser?: number;
  /**
   * Whether the cluster assigns the user id when it admits a pod, as OpenShift does: pods then name none.
   *
   * @default false
   */
  readonly runAsAssignedUser?: boolean;
  /**
   * A strategic merge patch for the pod's spec, applied last. It cannot change fields that the worker relies on. `null` removes a field,
   * but Pulumi's YAML passes none.
   *
   * @default - none
   */
  // biome-ignore lint/suspicious/noExplicitAny: Pulumi's schema has no other type for arbitrary JSON.
  readonly podSpecPatch?: any;
}
