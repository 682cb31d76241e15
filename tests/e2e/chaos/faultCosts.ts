import type { Reason } from "../../../worker/src/queue/attempt.ts";
import { atMost, type Finding } from "../finding.ts";

/** A fault that was injected, and what it cost. */
export interface FaultCost {
  readonly fault: string;
  /** Seconds from the INSERT to the fault. */
  readonly at: number;
  /** Seconds from the fault to what `until` says. */
  readonly seconds: number;
  readonly until: string;
  /** The most that it may cost, in seconds. */
  readonly limit: number;
  /** How many attempts ended by it. */
  readonly ended: number;
  /** How they ended. @default - none ended */
  readonly reason?: Exclude<Reason, "error">;
}

/** What it cost, compared with what it may cost. */
export function toFinding({ fault, seconds, until, limit }: FaultCost): Finding {
  return atMost(limit, `from "${fault}" to ${until}`, seconds, " s");
}

/** The costs as a table of Markdown, in the order in which the faults were injected. */
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
