import { readArgs } from "../../cli/args.ts";
import { UsageError } from "../../cli/usageError.ts";

/** The options of `npm run e2e`. */
export interface Options {
  readonly names: readonly string[];
  readonly polls: number;
  readonly losses: number;
  readonly keep: boolean;
  /** Whether KEDA and PostgreSQL are there before the stack. */
  readonly existing: boolean;
  /** Whether the results go to docs/results. */
  readonly record: boolean;
}

/** Names of scenarios. */
interface ScenarioNames {
  /** What no name means. */
  readonly all: readonly string[];
  readonly known: readonly string[];
  /** Those that cannot run with `--existing`. */
  readonly notExisting: readonly string[];
}

/**
 * Reads the arguments.
 *
 * @throws UsageError saying what is allowed; HelpRequest for `--help`.
 */
export function readOptions(args: readonly string[], { all, known, notExisting }: ScenarioNames): Options {
  const { options, words } = readArgs(
    {
      name: "npm run e2e --",
      description:
        "Runs scenarios on the cluster of the current context, by real pulumi up and destroy, and checks what they claim. " +
        "Needs docker, kubectl and pulumi; the scenario up also helm.",
      words: { name: "NAME", choices: known, help: `${known.join(", ")} (default: ${all.join(", ")})` },
      options: {
        polls: {
          help: "with zero: KEDA's polls to wait for, which must create no Job",
          defaultValue: 20,
          rule: { min: 1, max: 1_000, why: "each takes a pollingInterval" },
        },
        losses: {
          help: "how many times each scenario of a failing node makes it fail",
          defaultValue: 20,
          rule: { min: 1, max: 100, why: "each takes 2 to 5 minutes" },
        },
        keep: { help: "leave the stack up for the next run" },
        existing: { help: "deploy the stack on an existing KEDA and PostgreSQL; needs a minikube of two nodes" },
        record: { help: "write the results to docs/results" },
      },
    },
    args,
  );
  if (options.existing && options.keep) {
    throw new UsageError("--keep must be left out with --existing (PostgreSQL ends with the run); got both");
  }
  const refused = words.find((name) => options.existing && notExisting.includes(name));
  if (refused !== undefined) {
    throw new UsageError(
      `NAME must be none of ${notExisting.join(", ")} with --existing (they need a stack or a KEDA of their own, or images in the node); got "${refused}"`,
    );
  }
  const unless = all.filter((name) => !options.existing || !notExisting.includes(name));
  return { names: words.length > 0 ? words : unless, ...options };
}
