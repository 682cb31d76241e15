import { once } from "node:events";
import { answerProbes } from "./answerProbes.ts";
import { describeError } from "./describeError.ts";
import { DatabaseUnavailableError, SettingsError } from "./errors.ts";
import { getMessage } from "./getMessage.ts";
import { createLog } from "./log.ts";
import { EXIT_CODES, SYSEXITS } from "./outcome.ts";
import { flushOutput, ignoreOutputErrors } from "./output.ts";
import { readSettings } from "./settings.ts";
import { listenForShutdown } from "./shutdown.ts";
import type { Work } from "./work.ts";

/** Listening takes 2 ms, which must not delay the first claim; the first probe comes a second after the start at the earliest. */
const LISTEN_DELAY_MS = 250;

/** A pod of a Job: `node main.ts`; `node main.ts migrate` prepares the database. The only place where the process exits. */
async function main([command, ...rest]: readonly string[]): Promise<number> {
  ignoreOutputErrors();
  // A bug of the worker: the work's errors end in its own thread.
  process.once("uncaughtException", (error) => exit(report(error)));
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
  return await runPod();
}

async function runPod(): Promise<number> {
  const settings = readSettings(process.env);
  const log = createLog({ kind: settings.kind, job: settings.jobName, pod: settings.podName });
  const shutdown = listenForShutdown(settings.graceSeconds, () => process.exit(EXIT_CODES.interrupted));
  // The handler's thread starts while this one loads the rest and connects.
  const work = await createWork(settings.kind);
  const loaded = Promise.race([work.load(), once(shutdown.signal, "abort")]);
  loaded.catch(() => undefined);
  const [{ Database }, { runJob }] = await Promise.all([import("./database.ts"), import("./runJob.ts")]);
  const database = new Database(settings.database, log);
  database.connect();
  if (settings.livenessPort > 0) setTimeout(answerProbes, LISTEN_DELAY_MS, settings.livenessPort, log).unref();
  try {
    await loaded;
    return EXIT_CODES[await runJob({ settings, database, work, shutdown, log })];
  } catch (error) {
    return report(error);
  } finally {
    await Promise.all([database.close(), work.close()]);
    // The process's exit would wait for what is stuck: a thread in a native call, or a disk that does not answer.
    if (work.stuck) {
      await flushOutput();
      process.kill(process.pid, "SIGKILL");
    }
  }
}

/** The work of COMMAND if it is set, otherwise of the handler of `kind`; `load` must succeed before anything is claimed. */
async function createWork(kind: string): Promise<Work & { load(): Promise<void> }> {
  if (!process.env.COMMAND) {
    const { HandlerWork } = await import("./handlerWork.ts");
    return new HandlerWork(kind);
  }
  const { checkDirectory } = await import("./command/attemptFolder.ts");
  const { createCommandWork } = await import("./command/createCommandWork.ts");
  const { readCommandSettings } = await import("./command/commandSettings.ts");
  const settings = readCommandSettings(process.env);
  return Object.assign(createCommandWork(settings), { load: () => checkDirectory(settings.directory) });
}

function report(error: unknown): number {
  const log = createLog({ job: process.env.JOB_NAME, pod: process.env.POD_NAME });
  if (error instanceof SettingsError) {
    for (const problem of error.problems) log.error(problem);
    return SYSEXITS.usage;
  }
  const text = describeError(error);
  log.error(error instanceof Error ? getMessage(error) : text, { error: text });
  return error instanceof DatabaseUnavailableError ? SYSEXITS.unavailable : SYSEXITS.software;
}

async function exit(code: number): Promise<never> {
  await flushOutput();
  process.exit(code);
}

await exit(await main(process.argv.slice(2)).catch(report));
