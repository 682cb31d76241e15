import { NUMBER_RULES } from "../../worker/src/settings.ts";
import { type OptionRule, readOptions as read } from "../bench/options.ts";

/** The numbers of a run that kills workers; seconds where the name says so. */
const KILL_RULES = {
  kills: { min: 0, max: 100_000, why: "each is a process", byDefault: 1_000 },
  requests: { min: 1, max: 100_000, why: "they are what is killed", byDefault: 200 },
  workers: { min: 1, max: 200, why: "each is a process on this machine", byDefault: 20 },
  seconds: { min: 0.1, max: 3_600, fractions: true, why: "a kill must find it running", byDefault: 4 },
  "kill-every-seconds": { min: 0.02, max: 60, fractions: true, why: "a pod needs some time to start", byDefault: 0.15 },
  "backoff-seconds": { ...NUMBER_RULES.backoffSeconds, byDefault: 0.1 },
  "polling-seconds": { min: 0.1, max: 60, fractions: true, why: "a poll costs a query", byDefault: 0.5 },
} as const satisfies Record<string, OptionRule>;

/** What the command is asked for. */
export type KillOptions = Readonly<Record<keyof typeof KILL_RULES, number>>;

const FLAGS = ["lost-node", "json"] as const;

/** @throws RangeError naming the option, or all of them where it is none, and what is allowed. */
export function readOptions(args: readonly string[]): KillOptions & Readonly<Record<(typeof FLAGS)[number], boolean>> {
  return read(args, KILL_RULES, FLAGS);
}
