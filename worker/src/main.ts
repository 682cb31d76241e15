import { Database } from "./database.ts";
import { DatabaseAwayError, SettingsError } from "./errors.ts";
import { loadHandler } from "./handler.ts";
import { createLog } from "./log.ts";
import { EXIT_CODES, EXIT_UNABLE } from "./outcome.ts";
import { runJob } from "./runJob.ts";
import { readSettings } from "./settings.ts";
import { listenForShutdown } from "./shutdown.ts";

/** A pod of a Job: `node main.ts`; `node main.ts migrate` prepares the database. The only place where the process exits. */
async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === "migrate" && rest.length === 0) {
    const { migrateDatabase } = await import("./migrateDatabase.ts");
    await migrateDatabase(process.env, createLog({}));
    return 0;
  }
  if (command !== undefined) {
    throw new SettingsError([
      `the command must be migrate or none; got ${JSON.stringify([command, ...rest].join(" "))}`,
    ]);
  }
  return await work();
}

async function work(): Promise<number> {
  // What a handler started and nobody awaited: told, and charged as the crash that it is.
  process.once("uncaughtException", (error) => process.exit(report(error)));
  const settings = readSettings(process.env);
  const handler = await loadHandler(settings.kind);
  const log = createLog({ kind: settings.kind, job: settings.jobName, pod: settings.podName });
  const shutdown = listenForShutdown(settings.graceSeconds, () => process.exit(EXIT_CODES.interrupted));
  const database = new Database(settings.database, log);
  try {
    return EXIT_CODES[await runJob({ settings, database, handler, shutdown, log })];
  } finally {
    await database.close();
  }
}

function report(error: unknown): number {
  const log = createLog({ job: process.env.JOB_NAME, pod: process.env.POD_NAME });
  if (error instanceof SettingsError) {
    for (const problem of error.problems) log.error(problem);
    return EXIT_UNABLE.settings;
  }
  log.error((error as Error).message, { stack: (error as Error).stack });
  return error instanceof DatabaseAwayError ? EXIT_UNABLE.databaseAway : EXIT_UNABLE.internal;
}

process.exit(await main(process.argv.slice(2)).catch(report));
