import type { PodResources } from "./podArgs.ts";

/**
 * The part of `resources` for a container that does no work: a quota or a policy may demand limits of every container of the namespace,
 * while a device is only for the work.
 */
export function withoutDevices({ requests, limits }: PodResources = {}): PodResources {
  return { ...(requests && { requests: shared(requests) }), ...(limits && { limits: shared(limits) }) };
}

const SHARED = ["cpu", "ephemeral-storage"];

function shared(amounts: { readonly [resource: string]: string }) {
  return Object.fromEntries(Object.entries(amounts).filter(([resource]) => SHARED.includes(resource)));
}
