import { containerProblems, profileProblems } from "./patchedContainers.ts";
import type { PodArgs } from "./podArgs.ts";
import { patchedPodFieldsRule } from "./podFields.ts";
import { mergePodSpec } from "./podSpecPatch.ts";
import { RESERVED_VOLUMES } from "./reservedNames.ts";
import { isLater, isObject, isText, type Rule, toFields, toObjects } from "./rule.ts";
import { CONTAINER_SECURITY, podSecurity } from "./workerPod.ts";

type Part = Readonly<Record<string, unknown>>;

/**
 * What Kubernetes demands of a pod and its patch together. It would refuse the pod only when KEDA creates a Job, of which a deployment
 * shows nothing.
 */
export const patchedPodRule: Rule = (path, value, problems) => {
  const pod = value as PodArgs;
  const { podSpecPatch, volumes = [], volumeMounts = [] } = pod;
  if (!isObject(podSpecPatch)) return;
  const at = `${path}.podSpecPatch`;
  const work = { name: "work", securityContext: CONTAINER_SECURITY, volumeMounts };
  const patched = (more: object): Part =>
    mergePodSpec({ securityContext: podSecurity(pod), containers: [{ ...work, ...more }], volumes }, podSpecPatch);
  const env = Object.entries(toFields(pod.env)).map(([name, given]) => ({ name, value: given }));
  // Without the work's variables, so that a variable in a message has its index in the patch.
  const spec = patched({});
  const before = problems.length;
  patchedPodFieldsRule(at, spec, problems);
  if (problems.length === before)
    problems.push(...profileProblems(at, spec.securityContext), ...containerProblems(at, patched({ env })));
  if (spec.dnsPolicy === "None" && toFields(spec.dnsConfig).nameservers === undefined && !isLater(spec.dnsConfig))
    problems.push(`${at}.dnsConfig.nameservers must be set with dnsPolicy None (nothing else has any); got nothing`);
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
