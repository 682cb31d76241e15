import { Command } from "commander";
import { WEEK_SECONDS } from "../../worker/src/handlers/clap.ts";
import { type NumberRule, parseNumber } from "../../worker/src/number.ts";
import { DEFAULTS, NUMBER_RULES } from "../../worker/src/settings.ts";

/** What a local run is told on its command line. */
export interface Options {
  readonly requests: number;
  readonly seconds: number;
  readonly failures: number;
  /** Seconds between polls of the scaling query. */
  readonly pollingInterval: number;
  readonly maxReplicaCount: number;
  readonly backoffLimit: number;
  readonly backoffSeconds: number;
  readonly requestsPerJob: number;
  /** Seconds between two kills; undefined: nothing is killed. */
  readonly killEvery: number | undefined;
  /** The folder of the kept database; undefined: a temporary one. */
  readonly keep: string | undefined;
  readonly look: boolean;
  readonly json: boolean;
}

interface NumberOption {
  readonly flag: string;
  readonly placeholder: string;
  readonly help: string;
  readonly byDefault: number | undefined;
  readonly rule: NumberRule;
}

const COUNT = "N";
const SECONDS = "S";

const NUMBER_OPTIONS = {
  requests: {
    flag: "--requests",
    placeholder: COUNT,
    help: "rows to insert into make_it_clap; unless given, none where a kept database has unfinished ones",
    byDefault: 60,
    rule: { min: 0, max: 100_000, why: "each is a process" },
  },
  seconds: {
    flag: "--seconds",
    placeholder: SECONDS,
    help: "how long one clap takes",
    byDefault: 2,
    rule: { min: 0, max: WEEK_SECONDS, fractions: true, why: "a week is what make_it_clap allows" },
  },
  failures: {
    flag: "--failures",
    placeholder: COUNT,
    help: "attempts of each request that fail before one succeeds",
    byDefault: 0,
    rule: { min: 0, max: 1_001, why: "one more than the largest --backoff-limit is enough to be given up" },
  },
  pollingInterval: {
    flag: "--polling-interval",
    placeholder: SECONDS,
    help: "between polls of the scaling query; KEDA's pollingInterval",
    byDefault: 0.2,
    rule: { min: 0.1, max: 3_600, fractions: true, why: "a poll costs a query" },
  },
  maxReplicaCount: {
    flag: "--max-replica-count",
    placeholder: COUNT,
    help: "most Jobs at once; KEDA's maxReplicaCount",
    byDefault: 10,
    rule: { min: 1, max: 200, why: "each is a process on this machine" },
  },
  backoffLimit: {
    flag: "--backoff-limit",
    placeholder: COUNT,
    help: "errors a request may have; one more makes it DEAD; the Job's backoffLimit too",
    byDefault: DEFAULTS.backoffLimit,
    rule: NUMBER_RULES.backoffLimit,
  },
  backoffSeconds: {
    flag: "--backoff-seconds",
    placeholder: SECONDS,
    help: "before a Job's second pod, doubled before each further one; 10 on Kubernetes",
    byDefault: 1,
    rule: NUMBER_RULES.backoffSeconds,
  },
  requestsPerJob: {
    flag: "--requests-per-job",
    placeholder: COUNT,
    help: "requests that one Job works through, one after another",
    byDefault: DEFAULTS.requestsPerJob,
    rule: NUMBER_RULES.requestsPerJob,
  },
  killEvery: {
    flag: "--kill-every",
    placeholder: SECONDS,
    help: "SIGKILL a random pod that often",
    byDefault: undefined,
    rule: { min: 0.05, max: 3_600, fractions: true, why: "a pod needs some time to start" },
  },
} as const satisfies Partial<Record<keyof Options, NumberOption>>;

type NumberName = keyof typeof NUMBER_OPTIONS;

/** Wrong options, a sentence each. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
}

/**
 * Reads a command line; `--help` prints and exits.
 *
 * @throws OptionsError naming every wrong option, its range and why.
 */
export function readOptions(args: readonly string[]): Options & { readonly requestsGiven: boolean } {
  const command = new Command("npm start --")
    .description(
      "Runs a batch on this machine: PostgreSQL, the scaling query, and every pod as a process of the real worker.\n" +
        "Uses the server of DATABASE_URL where that is set, else one of its own.",
    )
    .exitOverride((error) => {
      if (error.exitCode === 0) process.exit(0);
      throw new OptionsError(
        `${error.message.replace(/^error: |\.$/g, "")}; options follow "--", see npm start -- --help`,
      );
    })
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(false);
  for (const { flag, placeholder, help, byDefault, rule } of Object.values(NUMBER_OPTIONS)) {
    const otherwise = byDefault === undefined ? "" : `; default ${byDefault}`;
    command.option(`${flag} <${placeholder}>`, `${help} (${rule.min} to ${rule.max}${otherwise})`);
  }
  command.option("--keep <DIR>", "keep the database in this folder, and go on where it stopped");
  command.option("--look", "with --keep: start nothing, only serve the kept database until Ctrl-C");
  command.option("--json", "the last line of standard output is one object; everything else goes to standard error");
  command.parse(args, { from: "user" });

  const given = command.opts<Partial<Record<NumberName, string>> & { keep?: string; look?: true; json?: true }>();
  const problems: string[] = [];
  if (given.look && given.keep === undefined) {
    problems.push("--look must come with --keep DIR (it serves a kept database); got no --keep");
  }
  function number(name: NumberName): number | undefined {
    const { flag, byDefault, rule } = NUMBER_OPTIONS[name];
    const text = given[name];
    if (text === undefined) return byDefault;
    try {
      return parseNumber(flag, text, rule);
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  }
  const names = Object.keys(NUMBER_OPTIONS) as NumberName[];
  const numbers = Object.fromEntries(names.map((name) => [name, number(name)])) as Record<NumberName, number>;
  if (problems.length > 0) throw new OptionsError(problems.join("\n"));
  return {
    ...numbers,
    keep: given.keep,
    look: given.look ?? false,
    json: given.json ?? false,
    requestsGiven: given.requests !== undefined,
  };
}
