import type { Reason } from "../../../worker/src/queue/attempt.ts";
import { atMost, type Limit } from "../../support/limit.ts";

/** An injected fault and its cost. */
export interface FaultCost {
  readonly fault: string;
  /** Seconds from the INSERT to the fault. */
  readonly at: number;
  /** Seconds from the fault to the event that `until` names. */
  readonly seconds: number;
  readonly until: string;
  /** The maximum cost in seconds. */
  readonly limit: number;
  /** How many attempts it ended. */
  readonly ended: number;
  /** How these attempts ended. @default - none ended */
  readonly reason?: Exclude<Reason, "error">;
}

/** Its cost as a limit. */
export function toFinding({ fault, seconds, until, limit }: FaultCost): Limit {
  return atMost(limit, `from "${fault}" to ${until}`, seconds, " s");
}

/** The costs as a Markdown table, in the order in which the faults were injected. */
export function faultTable(costs: readonly FaultCost[]): string {
  const lines = costs.map(({ fault, at, seconds, until, limit, ended, reason }) => {
    const what = reason === undefined ? "none" : `${ended} ${reason}`;
    return `| ${fault} | ${at.toFixed(0)} s | ${seconds.toFixed(1)} s | ${until} | ${limit} s | ${what} |`;
  });
  return [
    "| fault | at | cost | until | at most | attempts ended by it |",
    "| --- | ---: | ---: | --- | ---: | --- |",
    ...lines,
  ].join("\n");
}
