import type { Pod, StatefulSet } from "./kubernetesObject.ts";

/**
 * Whether a pod belongs to an earlier revision of its StatefulSet. Kubernetes does not replace such a pod while it is not
 * ready, so one that never becomes ready prevents the rollout of a corrected StatefulSet ("forced rollback" in
 * Kubernetes' documentation of StatefulSets).
 */
export function isOutdated({ metadata }: Pod, statefulSets: readonly StatefulSet[]): boolean {
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === "StatefulSet");
  const statefulSet = statefulSets.find((candidate) => candidate.metadata.name === owner?.name);
  const revision = metadata.labels?.["controller-revision-hash"];
  const newest = statefulSet?.status?.updateRevision;
  return revision !== undefined && newest !== undefined && revision !== newest;
}
