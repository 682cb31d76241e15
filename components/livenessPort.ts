import { BATCH_DEFAULTS, type BatchSettings } from "./batchSettings.ts";
import type { PodArgs } from "./podArgs.ts";
import { type Rule, toFields, toObjects } from "./rule.ts";

/** The arguments that decide whether a batch's pods have a probe. */
type ProbeArgs = Pick<BatchSettings, "livenessPort"> & { readonly pod?: PodArgs | undefined };

/**
 * The port that a batch's pods answer probes on; 0: none. Pods in the host's network have none: those of one node would share
 * the port, and one would answer for another.
 */
export function podLivenessPort({ livenessPort = BATCH_DEFAULTS.livenessPort, pod }: ProbeArgs): number {
  return isInHostNetwork(pod) ? 0 : livenessPort;
}

/** The warning for a batch that has a port but no probe; undefined for any other. */
export function missingProbe(args: ProbeArgs): string | undefined {
  if (!isInHostNetwork(args.pod) || args.livenessPort === 0) return undefined;
  return "its pods have no liveness probe, because pods of the host's network would share the port; set livenessPort to 0 to accept that";
}

/** The probe would reach another container instead of the worker's. */
export const freeLivenessPort: Rule = (_path, value, problems) => {
  const { livenessPort, pod } = toFields(value) as ProbeArgs;
  const port = podLivenessPort({ ...(livenessPort !== undefined && { livenessPort }), pod });
  if (port !== 0 && declaredPorts(pod?.podSpecPatch).includes(port))
    problems.push(
      `livenessPort must be a port that no container of pod.podSpecPatch declares (the worker answers on it), or 0; got ${port}`,
    );
};

function isInHostNetwork(pod: PodArgs | undefined): boolean {
  return toFields(pod?.podSpecPatch).hostNetwork === true;
}

function declaredPorts(patch: unknown): unknown[] {
  const { containers, initContainers } = toFields(patch);
  return [...toObjects(containers), ...toObjects(initContainers)]
    .flatMap(({ ports }) => toObjects(ports))
    .map(({ containerPort }) => containerPort);
}
