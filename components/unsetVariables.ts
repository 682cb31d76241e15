import { RUNNER_VARIABLES } from "../worker/src/command/runnerVariables.ts";
import type { PodArgs } from "./podArgs.ts";
import { toFields, toObjects } from "./rule.ts";

/** Set by the worker's image. */
const IMAGE_VARIABLE = "NODE_COMPILE_CACHE";

/**
 * The worker's variables that are not in `set`, each with an empty value, if keys of Secrets or ConfigMaps become variables: otherwise a
 * key with such a name would set it. A container's own variables take precedence, and the worker treats an empty one as not set. Not
 * Node.js' own, such as NODE_OPTIONS: an empty one would hide what the worker's base image sets, for example which authorities it trusts.
 */
export function unsetVariables(set: readonly { readonly name: unknown }[], pod: PodArgs) {
  if (!hasKeys(pod)) return [];
  const names = [IMAGE_VARIABLE, ...set.map(({ name }) => name)];
  return [...RUNNER_VARIABLES].filter((name) => !names.includes(name)).map((name) => ({ name, value: "" }));
}

/** Whether keys become variables of the work's container. */
function hasKeys({ envFromSecrets = [], podSpecPatch }: PodArgs): boolean {
  return (
    envFromSecrets.length > 0 || toObjects(toFields(podSpecPatch).containers).some(({ envFrom }) => Boolean(envFrom))
  );
}
