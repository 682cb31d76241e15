import type { types } from "@pulumi/kubernetes";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;
type Variable = types.input.core.v1.EnvVar;

/**
 * Removes the values of empty variables from a pod's spec, which means the same to Kubernetes. KEDA writes its objects back without
 * empty values, so every pulumi up would add them again.
 */
export function withoutEmptyValues<Spec extends PodSpec>(spec: Spec): Spec {
  const { initContainers, containers } = spec;
  return {
    ...spec,
    ...(Array.isArray(initContainers) && { initContainers: (initContainers as Container[]).map(strip) }),
    ...(Array.isArray(containers) && { containers: (containers as Container[]).map(strip) }),
  };
}

function strip(container: Container): Container {
  if (!Array.isArray(container.env)) return container;
  return {
    ...container,
    env: (container.env as Variable[]).map(({ value, ...variable }) => ({
      ...variable,
      ...(value === undefined || value === "" ? {} : { value }),
    })),
  };
}
