import type { KubernetesObject } from "../cluster.ts";

/** The nodes that have pulled the image from its registry, by the kubelets' events; a node that had it already is not among them. */
export function nodesThatPulled(events: readonly KubernetesObject[], image: string): string[] {
  const pulls = events.filter(({ reason, message }) => {
    return reason === "Pulled" && String(message).startsWith(`Successfully pulled image "${image}:`);
  });
  return [...new Set(pulls.map(({ source }) => String(source?.host)))].sort();
}
