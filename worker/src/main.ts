import { once } from "node:events";
import { answerProbes } from "./answerProbes.ts";
import { describeError } from "./describeError.ts";
import { DatabaseUnavailableError, NoAnswerError, SettingsError } from "./errors.ts";
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

/** What the process's exit would wait for, if it is stuck. */
let work: (Work & { load(): Promise<void> }) | undefined;

async function runPod(): Promise<number> {
  const settings = readSettings(process.env);
  const log = createLog({ kind: settings.kind, job: settings.jobName, pod: settings.podName });
  const shutdown = listenForShutdown(settings.graceSeconds, () => {
    log.error(
      "the grace period ends before the outcome is recorded: the attempt, if one was claimed, will be recorded as crashed",
    );
    end(EXIT_CODES.interrupted);
  });
  // The handler's thread starts while this one loads the rest and connects.
  work = await createWork(settings.kind);
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
  }
}

/** The work of COMMAND if it is set, otherwise of the handler of `kind`; `load` must succeed before anything is claimed. */
async function createWork(kind: string): Promise<Work & { load(): Promise<void> }> {
  if (!process.env.COMMAND) {
    const { HandlerWork } = await import("./handlerWork.ts");
    return new HandlerWork(kind);
  }
  const { createCommandWork } = await import("./command/createCommandWork.ts");
  const { readCommandSettings } = await import("./command/commandSettings.ts");
  return createCommandWork(readCommandSettings(process.env));
}

function report(error: unknown): number {
  const log = createLog({ job: process.env.JOB_NAME, pod: process.env.POD_NAME });
  if (error instanceof SettingsError) {
    for (const problem of error.problems) log.error(problem);
    return SYSEXITS.usage;
  }
  const text = describeError(error);
  log.error(error instanceof Error ? getMessage(error) : text, { error: text });
  const isUnavailable = error instanceof DatabaseUnavailableError || error instanceof NoAnswerError;
  return isUnavailable ? SYSEXITS.unavailable : SYSEXITS.software;
}

async function exit(code: number): Promise<never> {
  if (work?.stuck) {
    const why = "a thread in a native call, or a disk, does not answer; exiting would wait for it";
    createLog({ job: process.env.JOB_NAME, pod: process.env.POD_NAME }).error("ending by SIGKILL", { why });
  }
  await flushOutput();
  return end(code);
}

/** Ends by SIGKILL if exiting would wait for what is stuck: a thread in a native call, or a disk that does not answer. */
function end(code: number): never {
  if (!work?.stuck) process.exit(code);
  process.kill(process.pid, "SIGKILL");
  // Reached by the first process of a PID namespace, which cannot send itself a signal that ends it.
  process.abort();
}

await exit(await main(process.argv.slice(2)).catch(report));
