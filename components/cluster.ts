import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** A cluster has no arguments. */
// biome-ignore lint/suspicious/noEmptyInterface: Pulumi's schema inference wants an interface for `args`.
export interface ClusterArgs {}

/** The cluster that the provider connects to. */
export class Cluster extends pulumi.ComponentResource {
  /** The uid of the namespace kube-system, which identifies the cluster. */
  readonly uid: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:Cluster", name, args, opts);
    const namespace = k8s.core.v1.Namespace.get(`${name}-kube-system`, "kube-system", { parent: this });
    this.uid = namespace.metadata.uid.apply((uid) => uid ?? "");
    this.registerOutputs({ uid: this.uid });
  }
}
