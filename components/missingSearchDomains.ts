import { type Rule, toFields } from "./rule.ts";

/** Why a pod with this patch has no search domain of the cluster; undefined if it has one, or finds hosts in another way. */
export function missingSearchDomains(patch: unknown): string | undefined {
  const { dnsPolicy, dnsConfig, hostNetwork, hostAliases } = toFields(patch);
  const { searches } = toFields(dnsConfig);
  if ([searches, hostAliases].some((list) => Array.isArray(list) && list.length > 0)) return undefined;
  if (dnsPolicy === "Default" || dnsPolicy === "None") return `dnsPolicy ${dnsPolicy} without dnsConfig.searches`;
  // Kubernetes then treats ClusterFirst, its default, like Default.
  if (hostNetwork === true && dnsPolicy !== "ClusterFirstWithHostNet")
    return "hostNetwork without dnsPolicy ClusterFirstWithHostNet";
  return undefined;
}

/** The host or the pooler of a database, if its name is that of a service without the cluster's domain. */
export function findService(database: unknown): unknown {
  const { host, pooler } = toFields(database);
  return [toFields(pooler).host, host].find((name) => typeof name === "string" && /\.svc$/.test(name));
}

/** Validation rules for a component's `pod` with its `database`: the name of a service without the cluster's domain needs search domains. */
export const findsDatabase: Rule = (_path, value, problems) => {
  const { database, pod } = toFields(value);
  const service = findService(database);
  const found = service === undefined ? undefined : missingSearchDomains(toFields(pod).podSpecPatch);
  if (found !== undefined)
    problems.push(
      `pod.podSpecPatch must leave pods the cluster's search domains (they find ${service} by them); got ${found}`,
    );
};
