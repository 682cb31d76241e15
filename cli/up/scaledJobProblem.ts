import type { Condition, Metadata } from "./kubernetesObject.ts";
import type { Problem } from "./problem.ts";

/** A running operator sets the conditions within seconds. Below Pulumi's own limit for a new ScaledJob, which gives no reason. */
const LIMIT_SECONDS = 90;

/** A ScaledJob, as `kubectl get -o json` prints it. */
export interface ScaledJob {
  readonly metadata: Metadata;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Why KEDA creates no Jobs for a ScaledJob; undefined if it does. */
export function scaledJobProblem({ metadata, status }: ScaledJob): Problem | undefined {
  const { namespace = "", name } = metadata;
  const subject = `ScaledJob ${namespace}/${name}`;
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return undefined;
  if (ready === undefined) {
    return {
      ...{ subject, namespace, name },
      reason: "no condition Ready",
      message: "KEDA's operator has not processed it",
      advice: `KEDA's operator must run, and watch the namespace ${namespace} (watchNamespace of KEDA's chart): kubectl get pods -A -l app=keda-operator`,
      limitSeconds: LIMIT_SECONDS,
    };
  }
  return {
    ...{ subject, namespace, name },
    reason: ready.reason ?? "not Ready",
    message: ready.message ?? "KEDA gives no reason",
    advice: "the log of KEDA's operator has the details: kubectl get pods -A -l app=keda-operator",
    // The database may restart meanwhile: Pulumi waits for it, and not for this ScaledJob.
    limitSeconds: Number.POSITIVE_INFINITY,
  };
}
