import { WEEK_SECONDS } from "../../worker/src/handlers/clap.ts";
import { DEFAULTS, NUMBER_RULES } from "../../worker/src/settings.ts";
import { type Args, getFlag, type OptionSpec, readArgs } from "../args.ts";
import { UsageError } from "../usageError.ts";
import { BATCH_OPTIONS, type CommandBatch, readCommandBatch } from "./batchOptions.ts";

const OPTIONS = {
  ...BATCH_OPTIONS,
  requests: {
    help: "rows to insert into make_it_clap; with 0 the run finishes the waiting ones. By default none are inserted if a kept database has unfinished requests",
    defaultValue: 60,
    rule: { min: 0, max: 100_000, why: "by default each has its own process" },
  },
  seconds: {
    help: "how long one clap takes",
    defaultValue: 2,
    rule: { min: 0, max: WEEK_SECONDS, fractions: true, why: "a week is what make_it_clap allows" },
  },
  failures: {
    help: "attempts of each request that fail before one succeeds",
    defaultValue: 0,
    rule: { min: 0, max: 1_001, why: "one more than the largest --backoff-limit is enough to make it DEAD" },
  },
  pollingInterval: {
    help: "seconds between polls of the scaling query, KEDA's pollingInterval",
    defaultValue: 0.2,
    rule: { min: 0.1, max: 3_600, fractions: true, why: "a poll costs a query" },
  },
  maxReplicaCount: {
    help: "maximum number of Jobs at once, KEDA's maxReplicaCount",
    defaultValue: 10,
    rule: { min: 1, max: 200, why: "each is a process on this machine" },
  },
  backoffLimit: {
    help: "errors allowed per request; one more makes it DEAD; also the Job's backoffLimit",
    defaultValue: DEFAULTS.backoffLimit,
    rule: NUMBER_RULES.backoffLimit,
  },
  backoffSeconds: {
    help: "seconds before a Job's second pod, doubled before each later one; 10 on Kubernetes",
    defaultValue: 1,
    rule: NUMBER_RULES.backoffSeconds,
  },
  requestsPerJob: {
    help: "maximum number of requests that one Job processes, one after another",
    defaultValue: DEFAULTS.requestsPerJob,
    rule: NUMBER_RULES.requestsPerJob,
  },
  killEvery: {
    help: "kill a random pod (SIGKILL) every so many seconds",
    rule: { min: 0.05, max: 3_600, fractions: true, why: "a pod needs some time to start" },
  },
  keep: {
    help: "keep the database in this folder, and resume its unfinished requests",
    placeholder: "DIR",
    what: "a folder's path (./-name for one that begins with -)",
  },
  serve: { help: "with --keep: run nothing, only serve the kept database until Ctrl-C" },
  look: { help: "the previous name of --serve", hidden: true },
  json: {
    help: "standard output is one object, everything else goes to standard error; in a pipe use npm start --silent -- --json, so that npm prints nothing",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The options that apply to `--serve`; all others are about a run. */
const OF_SERVE: readonly string[] = ["serve", "look", "keep", "json"];

/**
 * The options of a local run. `pollingInterval`, `backoffSeconds`, `seconds` and `killEvery` (undefined: nothing is killed) are in seconds;
 * without `keep` the private server's database is a temporary one.
 */
export interface Options extends Omit<Args<typeof OPTIONS>["options"], "look" | keyof typeof BATCH_OPTIONS> {
  /** The batch to run. @default - the sample */
  readonly batch: CommandBatch | undefined;
  /** Whether `requests` is the user's choice. */
  readonly requestsGiven: boolean;
}

/**
 * Reads a command line.
 *
 * @param databaseUrl - DATABASE_URL, which excludes `--keep`
 * @throws UsageError naming what is wrong, what is allowed and why; HelpRequest for `--help`.
 */
export function readOptions(args: readonly string[], databaseUrl?: string): Options {
  const {
    options: { look, command, table, kind, sql, ...options },
    given,
  } = readArgs(
    {
      name: "npm start --",
      description:
        "Runs a batch on this machine: PostgreSQL, the scaling query, and every pod as a process of the real worker. " +
        "Uses the server of DATABASE_URL if it is set (with PGPASSWORD if the URL has no password), otherwise a private one.",
      options: OPTIONS,
    },
    args,
  );
  const serve = options.serve || look;
  if (serve && options.keep === undefined) {
    throw new UsageError("--serve must come with --keep DIR (it serves a kept database); got no --keep");
  }
  const ofRun = [...given].find((name) => !OF_SERVE.includes(name));
  if (serve && ofRun !== undefined) {
    throw new UsageError(`--serve must come without ${getFlag(ofRun)} (it runs nothing); got both`);
  }
  if (options.keep?.startsWith("~")) {
    // Removing a folder of that name, without the quotes, would remove the home folder.
    throw new UsageError(
      `--keep must be a folder's path (a shell replaces ~ only at the beginning of a word: --keep ~/db); got ${JSON.stringify(options.keep)}`,
    );
  }
  if (options.keep !== undefined && databaseUrl) {
    throw new UsageError("--keep must come without DATABASE_URL (that server keeps its own database); got both");
  }
  const batch = readCommandBatch({ command, table, kind, sql }, given);
  return { ...options, batch, serve, requestsGiven: given.has("requests") };
}
