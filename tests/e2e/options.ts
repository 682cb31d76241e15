import { readArgs } from "../../cli/args.ts";

/** The options of `npm run e2e`. */
export interface Options {
  readonly names: readonly string[];
  readonly polls: number;
  readonly losses: number;
  readonly keep: boolean;
  /** Whether the results are written to docs/results. */
  readonly record: boolean;
}

/**
 * Reads the arguments. No name means `all`.
 *
 * @throws UsageError saying what is allowed; HelpRequest for `--help`.
 */
export function readOptions(args: readonly string[], all: readonly string[], known: readonly string[]): Options {
  const { options, words } = readArgs(
    {
      name: "npm run e2e --",
      description:
        "Runs scenarios on the cluster of the current context, by real pulumi up and destroy, and checks what they claim. " +
        "Needs docker, kubectl, helm and pulumi.",
      words: { name: "NAME", choices: known, help: `of ${known.join(", ")}; unless given ${all.join(", ")}` },
      options: {
        polls: {
          help: "polls of KEDA that must find nothing to do",
          defaultValue: 20,
          rule: { min: 1, max: 1_000, why: "each takes a pollingInterval" },
        },
        losses: {
          help: "times that each scenario of a failing node lets the node fail",
          defaultValue: 20,
          rule: { min: 1, max: 100, why: "each takes 2 to 5 minutes" },
        },
        keep: { help: "leave the stack up for the next run" },
        record: { help: "write the results to docs/results" },
      },
    },
    args,
  );
  return { names: words.length > 0 ? words : all, ...options };
}
