/** Another program on the port does not have this path; the worker answers every request. */
const PATH = "/postgres-batch/alive";

/** The time limit for an answer. The worker's thread needs a millisecond, which it gets in time even on an overloaded machine. */
const TIMEOUT_SECONDS = 5;

/** Kubernetes' maximum: 136 years at that period. */
const NEVER = 2_147_483_647;

/** The fields of Kubernetes' Probe that are set. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number };
  readonly timeoutSeconds: number;
  readonly initialDelaySeconds?: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  readonly terminationGracePeriodSeconds?: number;
}

/** Time for a worker that does not hang after all to record its attempt; one that hangs is killed afterwards. */
const GRACE_SECONDS = 10;

/**
 * The probes of a worker's container that answers on `port`; none with 0.
 *
 * A worker that does not answer for a minute is killed, and its Job's next pod takes over. The liveness probe begins once the startup probe
 * has succeeded, and the startup probe never fails the pod: a worker that cannot be reached at all (another program has its port, a
 * network policy) is left alone.
 */
export function livenessProbes(port: number, graceSeconds: number): { startupProbe?: Probe; livenessProbe?: Probe } {
  if (port === 0) return {};
  const probe = { httpGet: { path: PATH, port }, timeoutSeconds: TIMEOUT_SECONDS };
  return {
    startupProbe: { ...probe, initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: NEVER },
    livenessProbe: {
      ...probe,
      periodSeconds: 10,
      failureThreshold: 6,
      terminationGracePeriodSeconds: Math.min(GRACE_SECONDS, graceSeconds),
    },
  };
}
