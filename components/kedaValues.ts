import type * as pulumi from "@pulumi/pulumi";
import { nonEmpty } from "./nonEmpty.ts";
import { lostNodeTolerations } from "./workerPod.ts";

/** What the values of KEDA's chart depend on. */
interface KedaValuesArgs {
  /** The registry of the images. */
  readonly imageRegistry: string;
  /** Secrets with its credentials. */
  readonly imagePullSecrets?: readonly pulumi.Input<string>[];
  readonly labels?: { readonly [name: string]: string };
  readonly annotations?: { readonly [name: string]: string };
}

/**
 * For how long the operator stays on a lost node. No Job is created without it. Kubernetes' default of 300 s suits pods that are
 * costly to move; the operator keeps nothing, and the one that replaces it waits for its lease.
 */
const LOST_NODE_TOLERATION_SECONDS = 10;

/** The chart's Deployments and Services select pods by `app`, and a label of the user would replace it. */
function withoutSelector({ app: _, ...labels }: { readonly [name: string]: string }) {
  return labels;
}

/** The values for KEDA's chart. */
export function kedaValues({ imageRegistry, imagePullSecrets = [], labels, annotations }: KedaValuesArgs) {
  return {
    global: { image: { registry: imageRegistry } },
    image: { pullPolicy: "IfNotPresent" },
    ...nonEmpty(
      "imagePullSecrets",
      imagePullSecrets.map((name) => ({ name })),
    ),
    // Only ScaledObjects need it, and the APIService of a dead metrics server blocks the deletion of namespaces.
    metricsServer: { enabled: false },
    // Its PostgreSQL client (pgx) reads libpq's variables. Without a limit a poll that reaches a server's pod while it
    // shuts down waits up to half a minute for an answer, and so does everything after it.
    env: [{ name: "PGCONNECT_TIMEOUT", value: "2" }],
    tolerations: lostNodeTolerations(LOST_NODE_TOLERATION_SECONDS),
    // The chart's 20 s would dominate the first pulumi up.
    operator: { readinessProbe: { initialDelaySeconds: 2 } },
    webhooks: { readinessProbe: { initialDelaySeconds: 2 } },
    ...(labels === undefined ? {} : { additionalLabels: withoutSelector(labels) }),
    ...(annotations === undefined ? {} : { additionalAnnotations: annotations }),
  };
}
