import { BATCH_DEFAULTS } from "./batchSettings.ts";
import type { PodArgs } from "./podArgs.ts";
import { mergePodSpec } from "./podSpecPatch.ts";
import { isAmount, resourceProblems } from "./resourcesRule.ts";
import { isLater, isObject, type Rule, toFields, toObjects } from "./rule.ts";
import { withoutDevices } from "./withoutDevices.ts";

/** A patch of the work's resources and the settings of its batch. */
export const patchedResources: Rule = (_path, value, problems) => {
  const { cpu = BATCH_DEFAULTS.cpu, memory = BATCH_DEFAULTS.memory, pod } = toFields(value);
  const { resources, podSpecPatch } = toFields(pod) as PodArgs;
  if (!toObjects(toFields(podSpecPatch).containers).some((container) => container.resources !== undefined)) return;
  const { requests, limits } = toFields(resources);
  if ([resources, limits].some(isLater)) return;
  const own = { requests: { cpu, memory, ...toFields(requests) }, limits: { memory, ...toFields(limits) } };
  const { containers } = mergePodSpec({ containers: [{ name: "work", resources: own }] }, podSpecPatch);
  problems.push(...resourceProblems("pod.podSpecPatch.containers[0].resources", toFields(containers[0]?.resources)));
};

/** A patch without the resources of the work, and its limits that a quota may demand of every container. */
export function withoutPatchedResources(patch: unknown): { patch?: unknown; limits: { [resource: string]: string } } {
  if (!isObject(patch) || patch.containers === undefined) return { ...(patch !== undefined && { patch }), limits: {} };
  const [{ resources, ...container } = {}] = toObjects(patch.containers);
  const amounts = Object.entries(toFields(toFields(resources).limits)).filter(([, amount]) => isAmount(amount));
  const { limits = {} } = withoutDevices({
    limits: Object.fromEntries(amounts.map(([resource, amount]) => [resource, String(amount)])),
  });
  return { patch: { ...patch, containers: [container] }, limits };
}
