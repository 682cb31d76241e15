import { readArgs } from "../../cli/args.ts";
import { UsageError } from "../../cli/usageError.ts";
import { NUMBER_RULES } from "../../worker/src/settings.ts";
import { RECORD } from "../support/recordOutput.ts";

/** In seconds if the name says so. */
export const OPTIONS = {
  kills: {
    help: "pods to kill with SIGKILL",
    defaultValue: 1_000,
    rule: { min: 0, max: 100_000, why: "each is a process" },
  },
  requests: {
    help: "requests that the pods work on",
    defaultValue: 200,
    rule: { min: 1, max: 100_000, why: "they are what is killed" },
  },
  workers: {
    help: "maximum number of Jobs at once",
    defaultValue: 20,
    rule: { min: 1, max: 200, why: "each is a process on this machine" },
  },
  seconds: {
    help: "seconds that a request takes",
    defaultValue: 4,
    rule: { min: 0.1, max: 3_600, fractions: true, why: "a kill must find it running" },
  },
  killEverySeconds: {
    help: "seconds between two kills",
    defaultValue: 0.15,
    rule: { min: 0.02, max: 60, fractions: true, why: "a pod needs some time to start" },
  },
  backoffSeconds: { help: "seconds before a Job's second pod", defaultValue: 0.1, rule: NUMBER_RULES.backoffSeconds },
  pollingSeconds: {
    help: "seconds between polls of the scaling query",
    defaultValue: 0.5,
    rule: { min: 0.1, max: 60, fractions: true, why: "a poll costs a query" },
  },
  lostNode: { help: "lose a node (a network namespace; needs root and Linux) instead of killing pods" },
  exactlyOnce: {
    help: "kill commands, their runners, and both, while the commands write rows in their own transactions; needs /proc",
  },
  json: { help: "print the numbers as one object; in a pipe use npm run --silent chaos" },
  record: RECORD,
} as const;

/** The command's options. */
export type ChaosOptions = ReturnType<typeof readOptions>;

/** The numbers of a run that kills workers. */
export type KillOptions = Omit<ChaosOptions, "lostNode" | "exactlyOnce" | "json" | "record">;

/** @throws UsageError naming every wrong option and what is allowed; HelpRequest for `--help`. */
export function readOptions(args: readonly string[]) {
  const description = "Kills workers while a batch runs, and checks that nothing is lost, repeated or counted wrongly.";
  const { options } = readArgs({ name: "npm run chaos --", description, options: OPTIONS }, args);
  if (options.lostNode && options.exactlyOnce) {
    throw new UsageError("--exactly-once must come without --lost-node (each is a separate run); got both");
  }
  return options;
}
