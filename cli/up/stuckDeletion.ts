import { shellQuote } from "../shellQuote.ts";
import type { Condition, Metadata, Pod } from "./kubernetesObject.ts";

/** How long after the grace period a kubelet or a controller may still need. */
const STUCK_AFTER_SECONDS = 30;

/** A deletion that does not complete. */
export interface StuckDeletion {
  readonly subject: string;
  /** Why, and what to do. */
  readonly lines: readonly string[];
}

/** A namespace, as `kubectl get -o json` prints it. */
export interface Namespace {
  readonly metadata: Metadata;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** A pod that should be gone by now: the kubelet of its node must confirm that it has ended, and controllers remove their finalizers. */
export function stuckPod({ metadata, spec, status }: Pod, nowMs: number, context: string): StuckDeletion | undefined {
  if (!isLate(metadata, nowMs)) return undefined;
  const { namespace = "", name, finalizers = [] } = metadata;
  const node = spec?.nodeName ?? "none";
  const kubectl = `kubectl --context ${shellQuote(context)}`;
  if (finalizers.length > 0 && ["Succeeded", "Failed"].includes(status?.phase ?? "")) {
    return {
      subject: `finalizers of pod ${namespace}/${name}`,
      lines: [
        `pod ${namespace}/${name} has ended, but is not deleted before its finalizers are removed: ${finalizers.join(", ")}`,
        "  if the controllers that have set them no longer run, remove them yourself:",
        `  ${kubectl} patch pod ${name} -n ${namespace} --type=merge -p '{"metadata":{"finalizers":null}}'`,
      ],
    };
  }
  return {
    subject: `pod ${namespace}/${name}`,
    lines: [
      `pod ${namespace}/${name} should have ended by now, but its node ${node} does not confirm that: see ${kubectl} get node ${node}`,
      "  if that node is lost, force-delete the pod:",
      `  ${kubectl} delete pod ${name} -n ${namespace} --grace-period=0 --force`,
    ],
  };
}

/** Why a namespace still exists: Kubernetes' own conditions name what remains in it. */
export function stuckNamespace({ metadata, status }: Namespace, nowMs: number): StuckDeletion | undefined {
  if (!isLate(metadata, nowMs)) return undefined;
  const remaining = (status?.conditions ?? []).filter((condition) => condition.status === "True");
  if (remaining.length === 0) return undefined;
  return {
    subject: `namespace ${metadata.name}`,
    lines: [
      `namespace ${metadata.name} cannot be deleted yet:`,
      ...remaining.map(({ reason = "", message = "" }) => `  ${reason}: ${message}`),
    ],
  };
}

function isLate({ deletionTimestamp }: Metadata, nowMs: number): boolean {
  return deletionTimestamp !== undefined && nowMs - Date.parse(deletionTimestamp) > STUCK_AFTER_SECONDS * 1_000;
}
