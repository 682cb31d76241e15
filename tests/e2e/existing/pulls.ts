import type { KubernetesObject } from "../cluster.ts";

/** The nodes that have pulled the image from its registry, from the kubelets' events; nodes that already had it are not included. */
export function nodesThatPulled(events: readonly KubernetesObject[], image: string): string[] {
  const pulls = events.filter(({ reason, message }) => {
    return reason === "Pulled" && String(message).startsWith(`Successfully pulled image "${image}:`);
  });
  return [...new Set(pulls.map(({ source }) => String(source?.host)))].sort();
}
