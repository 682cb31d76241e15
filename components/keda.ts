import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { chartFrom, KEDA_CHART } from "./charts.ts";

/** Where KEDA comes from. */
export interface KedaArgs {
  /** Where the chart comes from: a repository's https:// or http://, an oci:// reference, or a local path. */
  readonly chart: string;
  /** The registry that the images come from. */
  readonly imageRegistry: string;
}

/** KEDA in a namespace of its own: it creates Jobs wherever a ScaledJob asks for some. */
export class Keda extends pulumi.ComponentResource {
  /** What a ScaledJob and a TriggerAuthentication depend on: it brings their CRDs, and its operator removes their finalizers. */
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, { chart, imageRegistry }: KedaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:Keda", name, {}, opts);
    const namespace = new k8s.core.v1.Namespace(`${name}-namespace`, { metadata: { name: "keda" } }, { parent: this });
    // Never deletedWith the namespace: CRDs, cluster roles and webhooks live outside of it.
    this.release = new k8s.helm.v3.Release(
      name,
      {
        name: "keda",
        namespace: namespace.metadata.name,
        ...chartFrom(chart, KEDA_CHART),
        timeout: 600,
        values: {
          global: { image: { registry: imageRegistry } },
          image: { pullPolicy: "IfNotPresent" },
          // Serves ScaledObjects; without its APIService a dead one cannot block the end of namespaces.
          metricsServer: { enabled: false },
          // Its PostgreSQL client (pgx) heeds libpq's variables. Without a limit a poll that meets the pod of a server that is just
          // going away waits up to half a minute for an answer, and so does everything after it.
          env: [{ name: "PGCONNECT_TIMEOUT", value: "2" }],
          // The chart's 20 s are most of a first pulumi up.
          operator: { readinessProbe: { initialDelaySeconds: 2 } },
          webhooks: { readinessProbe: { initialDelaySeconds: 2 } },
        },
      },
      { parent: this },
    );
    this.registerOutputs({ release: this.release });
  }
}
