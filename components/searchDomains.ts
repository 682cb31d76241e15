import { type Rule, toFields } from "./rule.ts";
import type { StackConfig } from "./stackConfig.ts";
import { stackPods } from "./stackPods.ts";

/** The bundled PostgreSQL's name is complete only with the cluster's domain, which is one of a pod's search domains. */
export const searchDomains: Rule = (_path, value, problems) => {
  const config = value as StackConfig;
  if (config.database.existing) return;
  for (const [path, { podSpecPatch }] of stackPods(config)) {
    const found = findMissing(podSpecPatch);
    if (found === undefined) continue;
    problems.push(
      `${path}.podSpecPatch must leave pods the cluster's search domains (they find the bundled PostgreSQL by them); got ${found}`,
    );
    return;
  }
};

/** Why a pod with this patch has no search domain of the cluster; undefined if it has one, or finds hosts in another way. */
function findMissing(patch: unknown): string | undefined {
  const { dnsPolicy, dnsConfig, hostNetwork, hostAliases } = toFields(patch);
  const { searches } = toFields(dnsConfig);
  if ([searches, hostAliases].some((list) => Array.isArray(list) && list.length > 0)) return undefined;
  if (dnsPolicy === "Default" || dnsPolicy === "None") return `dnsPolicy ${dnsPolicy} without dnsConfig.searches`;
  // Kubernetes then treats ClusterFirst, its default, like Default.
  if (hostNetwork === true && dnsPolicy !== "ClusterFirstWithHostNet")
    return "hostNetwork without dnsPolicy ClusterFirstWithHostNet";
  return undefined;
}
