import type { PodArgs } from "./podArgs.ts";
import { patchedPodFieldsRule } from "./podFields.ts";
import { mergePodSpec } from "./podSpecPatch.ts";
import { RESERVED_VOLUMES } from "./reservedNames.ts";
import { isObject, isText, type Rule, toObjects } from "./rule.ts";

type Part = Readonly<Record<string, unknown>>;

/**
 * What Kubernetes demands of a pod and its patch together. It would refuse the pod only when KEDA creates a Job, of which a deployment
 * shows nothing.
 */
export const patchedPodRule: Rule = (path, value, problems) => {
  const { podSpecPatch, volumes = [], volumeMounts = [] } = value as PodArgs;
  if (!isObject(podSpecPatch)) return;
  const at = `${path}.podSpecPatch`;
  const spec: Part = mergePodSpec({ containers: [{ name: "work", volumeMounts }], volumes }, podSpecPatch);
  patchedPodFieldsRule(at, spec, problems);
  for (const [index, { image }] of toObjects(spec.initContainers).entries())
    if (image === undefined || image === "")
      problems.push(`${at}.initContainers[${index}].image must be set (Kubernetes requires it); got nothing`);
  // Volumes that are known only during the deployment are checked then.
  if (![volumes, spec.volumes].every(areKnown)) return;
  const names = [...RESERVED_VOLUMES, ...toObjects(spec.volumes).map(({ name }) => name)];
  for (const list of ["containers", "initContainers"])
    for (const [index, container] of toObjects(spec[list]).entries())
      mountsVolumes(`${at}.${list}[${index}]`, container, names, problems);
  for (const volume of toObjects(spec.volumes)) oneSource(path, volume, problems);
};

function areKnown(volumes: unknown): boolean {
  return Array.isArray(volumes) && volumes.every((volume) => isObject(volume) && isText(volume.name));
}

function mountsVolumes(path: string, container: Part, volumes: readonly unknown[], problems: string[]): void {
  for (const { name } of toObjects(container.volumeMounts))
    if (isText(name) && !volumes.includes(name))
      problems.push(`${path}.volumeMounts must name a volume of the pod (it is mounted); got ${JSON.stringify(name)}`);
}

function oneSource(path: string, volume: Part, problems: string[]): void {
  const sources = Object.keys(volume).filter((key) => key !== "name" && volume[key] !== undefined);
  if (sources.length === 1) return;
  problems.push(
    `the volume ${volume.name} of ${path} and its podSpecPatch must have one source (what is mounted); got ${sources.join(" and ") || "none"}`,
  );
}
