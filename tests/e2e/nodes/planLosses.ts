import type { FaultKind } from "./faultCommands.ts";
import type { LossPlan } from "./loseNode.ts";

/** Numbers of requests on the lost node, of at most ten Jobs. */
const COUNTS = [8, 4, 2];
const SECONDS = 45;
/** Longer than a loss is observed: for a worker that continues while its node's kubelet is stopped. */
const LONG_SECONDS = 900;

/** Seconds after the loss. In the last loss the node returns long after Kubernetes has given it up. */
const AT_ONCE = [1];
const UNTIL_LONG_AFTER = [1, 60, 150];

/**
 * The losses of a run: at moments spread over the time between two polls, with 2, 4 and 8 requests on the node in turn, and 8 in
 * the last loss, in which requests are inserted up to 150 s after the loss.
 *
 * @param outlive - whether half of the last loss's requests still run when Kubernetes gives up on the node
 */
export function planLosses(kind: FaultKind, losses: number, pollingInterval: number, outlive = false): LossPlan[] {
  return Array.from({ length: losses }, (_, index) => {
    const left = losses - 1 - index;
    const count = COUNTS[left % COUNTS.length] as number;
    const isLong = (request: number) => outlive && left === 0 && request % 2 === 1;
    return {
      kind,
      seconds: Array.from({ length: count }, (_, request) => (isLong(request) ? LONG_SECONDS : SECONDS)),
      delaySeconds: (index * pollingInterval) / losses,
      insertAt: left === 0 ? UNTIL_LONG_AFTER : AT_ONCE,
    };
  });
}
