import type { Reason } from "../../../worker/src/queue/attempt.ts";
import { atMost, type Finding } from "../finding.ts";

/** A fault that was made, and what it cost. */
export interface Hit {
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
  /** As what they ended. @default - none ended */
  readonly reason?: Exclude<Reason, "error">;
}

/** What it cost, held against what it may cost. */
export function findingOf({ fault, seconds, until, limit }: Hit): Finding {
  return atMost(limit, `from "${fault}" to ${until}`, seconds, " s");
}

/** The hits as a table of Markdown, in the order in which they were made. */
export function tableOf(hits: readonly Hit[]): string {
  const lines = hits.map(({ fault, at, seconds, until, limit, ended, reason }) => {
    const what = reason === undefined ? "none" : `${ended} ${reason}`;
    return `| ${fault} | ${at.toFixed(0)} s | ${seconds.toFixed(1)} s | ${until} | ${limit} s | ${what} |`;
  });
  return [
    "| fault | at | cost | until | at most | attempts ended by it |",
    "| --- | ---: | ---: | --- | ---: | --- |",
    ...lines,
  ].join("\n");
}
