import { createLog } from "../../worker/src/log.ts";
import { type Home, openHome } from "./home.ts";
import { type Options, OptionsError, readOptions } from "./options.ts";
import { clapTable, closingLine } from "./report.ts";
import { unfinishedRequests } from "./requests.ts";
import { run } from "./run.ts";
import { createScreen, type Screen } from "./screen.ts";

/** How many lines of `clap` the end of a run shows. */
const CLAP_LINES = 12;

/** Exit codes: everything ended as it should; something did not; wrong options; asked to stop. */
const EXIT = { asExpected: 0, notAsExpected: 1, options: 64, interrupted: 130 } as const;

/** `npm start`: a batch on this machine. The process exits below; after `--help` it has done so in `readOptions`. */
async function main(args: readonly string[]): Promise<number> {
  const { requestsGiven, ...options } = readOptions(args);
  if (options.keep !== undefined && process.env.DATABASE_URL) {
    throw new OptionsError("--keep must come without DATABASE_URL (that server keeps its own database); got both");
  }
  const screen = createScreen(options.json ? process.stderr : process.stdout);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());

  const log = createLog({}, (line) => screen.print(readable(line)));
  screen.print(process.env.DATABASE_URL ? "Using the PostgreSQL of DATABASE_URL." : "Starting PostgreSQL ...");
  const home = await openHome({ url: process.env.DATABASE_URL, keep: options.keep, log });
  try {
    screen.print(`Look at the tables meanwhile: ${home.psql}`);
    if (options.look) return await look(screen, stop.signal);
    const ended = await run(await withoutNewOnes(options, requestsGiven, home, screen), home, screen, stop.signal);
    if (ended === undefined) {
      screen.clear();
      screen.print("Stopped: every pod has let go of its request.");
      return EXIT.interrupted;
    }
    screen.clear();
    for (const line of clapTable(ended.claps, CLAP_LINES)) screen.print(line);
    screen.print(closingLine(ended.result));
    if (options.json) console.log(JSON.stringify(ended.result));
    return ended.asExpected ? EXIT.asExpected : EXIT.notAsExpected;
  } finally {
    await home.close();
    if (options.keep)
      screen.print(`Kept in ${options.keep}; to look at it: npm start -- --keep ${options.keep} --look`);
  }
}

/** A kept database with unfinished requests goes on with those, unless more are asked for. */
async function withoutNewOnes(options: Options, requestsGiven: boolean, home: Home, screen: Screen): Promise<Options> {
  const left = (await unfinishedRequests(home.client)).size;
  if (left === 0 || requestsGiven) return options;
  screen.print(`Going on with ${left} unfinished requests.`);
  return { ...options, requests: 0 };
}

/** A line of the log for a person: `migrated version=1 name=queue`. */
function readable(line: string): string {
  const { time, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  return [message, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(" ");
}

async function look(screen: Screen, signal: AbortSignal): Promise<number> {
  screen.print("Serving until Ctrl-C.");
  const { promise, resolve } = Promise.withResolvers<void>();
  // Signal handlers alone do not keep a process alive.
  const alive = setInterval(() => undefined, 60_000);
  signal.addEventListener("abort", () => resolve());
  await promise;
  clearInterval(alive);
  return EXIT.asExpected;
}

process.exit(
  await main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message);
    return error instanceof OptionsError ? EXIT.options : EXIT.notAsExpected;
  }),
);
