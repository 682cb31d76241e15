import { removeLeftovers } from "../../simulator/leftovers.ts";
import { createLog } from "../../worker/src/log.ts";
import { raceAbort } from "../../worker/src/raceAbort.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import { cleanEnvironment } from "../cleanEnvironment.ts";
import { CommandError } from "../commandError.ts";
import { describeError } from "../describeError.ts";
import { runCommand } from "../runCommand.ts";
import { shellQuote } from "../shellQuote.ts";
import { enterCallersFolder } from "./callersFolder.ts";
import { type LocalDatabase, openDatabase } from "./localDatabase.ts";
import { type Options, readOptions } from "./options.ts";
import { createProgressDisplay, type ProgressDisplay } from "./progressDisplay.ts";
import { count, summaryLines } from "./report.ts";
import { readUnfinished } from "./requests.ts";
import { run } from "./run.ts";
import { startCommand } from "./startCommand.ts";
import { listenForStop, type StopSignals } from "./stopSignals.ts";

/** How many requests are shown at the end of a run. */
const TABLE_ROWS = 12;

/** Exit codes, beside 64 for wrong options: everything ended as expected; something did not, or the run failed; stopped by a signal. */
const EXIT = { asExpected: 0, notAsExpected: 1, stopped: 130 } as const;

/** `npm start`: a batch on this machine. */
async function main(args: readonly string[]): Promise<number> {
  const { DATABASE_URL: url, PGPASSWORD: password } = process.env;
  enterCallersFolder(process.env);
  const options = readOptions(args, url);
  cleanEnvironment(process.env);
  const signals = listenForStop();
  const display = createProgressDisplay(options.json ? process.stderr : process.stdout);
  try {
    for (const line of await removeLeftovers()) display.print(line);
    display.print(url ? "Using the PostgreSQL of DATABASE_URL." : "Starting PostgreSQL ...");
    const log = createLog({}, (line) => display.print(formatLogLine(line)));
    const local = await openDatabase({
      url: url || undefined,
      password,
      keep: options.keep,
      ...(options.serve ? {} : { maxReplicaCount: options.maxReplicaCount }),
      log,
      signal: signals.stop,
    });
    try {
      display.print(`To see the tables while it runs:\n${local.psql}`);
      return options.serve
        ? await serve(local, display, signals)
        : await runAndReport(options, local, display, signals);
    } finally {
      await local.close();
      if (options.keep) {
        const command = `${startCommand(process.cwd())} --keep ${shellQuote(options.keep)} --serve`;
        display.print(`The database is kept. To open it:\n${command}`);
      }
    }
  } catch (error) {
    display.clear();
    if (signals.stop.aborted) {
      display.print("Stopped.");
      return EXIT.stopped;
    }
    if (error instanceof CommandError) throw error;
    throw new CommandError((error as Error).message || describeError(error), EXIT.notAsExpected, { cause: error });
  }
}

async function runAndReport(
  options: Options,
  local: LocalDatabase,
  display: ProgressDisplay,
  signals: StopSignals,
): Promise<number> {
  const ended = await run(await toResumeOptions(options, local, display), local, display, signals);
  display.clear();
  if (ended === undefined) {
    display.print("Stopped: no pod is running.");
    return EXIT.stopped;
  }
  for (const line of ended.table(TABLE_ROWS, display.width)) display.print(line);
  for (const line of summaryLines(ended.result, display.width)) display.print(line);
  if (options.json) console.log(JSON.stringify(ended.result));
  return ended.asExpected ? EXIT.asExpected : EXIT.notAsExpected;
}

/** A kept database with unfinished requests is resumed with only those, unless more are requested. */
async function toResumeOptions(options: Options, local: LocalDatabase, display: ProgressDisplay): Promise<Options> {
  if (!local.exclusive || options.requestsGiven || options.batch) return options;
  const { length } = await readUnfinished(local.client, DEFAULTS.kind);
  if (length === 0) return options;
  display.print(`Resuming ${count(length, "unfinished request")}.`);
  return { ...options, requests: 0 };
}

/** Formats a log line for a person: `migrated version=1 name=queue`. */
function formatLogLine(line: string): string {
  const { time, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  return [message, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(" ");
}

async function serve(local: LocalDatabase, display: ProgressDisplay, { stop }: StopSignals): Promise<number> {
  display.print("Serving until Ctrl-C.");
  // Signal handlers alone do not keep a process alive.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const error = await raceAbort(local.failed, stop);
    throw error;
  } catch (error) {
    if (stop.aborted) return EXIT.asExpected;
    throw error;
  } finally {
    clearInterval(alive);
  }
}

await runCommand(main);
