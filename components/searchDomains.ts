import { findService, missingSearchDomains } from "./missingSearchDomains.ts";
import type { Rule } from "./rule.ts";
import type { StackConfig } from "./stackConfig.ts";
import { stackPods } from "./stackPods.ts";

/** The bundled PostgreSQL's name is complete only with the cluster's domain, which is one of a pod's search domains. */
export const searchDomains: Rule = (_path, value, problems) => {
  const config = value as StackConfig;
  const { existing } = config.database;
  const service = existing ? findService(existing) : "the bundled PostgreSQL";
  if (service === undefined) return;
  for (const [path, { podSpecPatch }] of stackPods(config)) {
    const found = missingSearchDomains(podSpecPatch);
    if (found === undefined) continue;
    problems.push(
      `${path}.podSpecPatch must leave pods the cluster's search domains (they find ${service} by them); got ${found}`,
    );
    return;
  }
};
