import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { SettingsError } from "../errors.ts";
import type { Log } from "../log.ts";
import { sleepRunning } from "../sleepRunning.ts";
import type { Work, WorkContext, WorkResult } from "../work.ts";
import { afterAbort } from "./afterAbort.ts";
import { type AttemptFolder, checkDirectory, createAttemptFolder } from "./attemptFolder.ts";
import { getWorkResult } from "./commandEnd.ts";
import { getCommandEnvironment, getContractVariables } from "./commandEnvironment.ts";
import type { CommandSettings } from "./commandSettings.ts";
import { endProcesses, type Leftovers } from "./endProcesses.ts";
import { explainStart, findMachineMismatch, isTransient } from "./explainStart.ts";
import { compactJson } from "./json.ts";
import { countOomKills } from "./oomKills.ts";
import { openPipes } from "./openPipes.ts";
import { readJsonFile } from "./readJsonFile.ts";
import { removeFolder } from "./removeFolder.ts";
import { type RunnerStreams, runCommand, StartError } from "./runCommand.ts";
import { watchFiles } from "./watchFiles.ts";

/** How long the removal of an attempt's files may still take after `killSignal`: a command may leave a million of them. */
const REMOVE_MS = 100;

/** How long an attempt may still take after `killSignal`: a disk that hangs (a network's) may never answer. Usually it takes 0.3 s. */
const HUNG_MS = 1_000;

/** How long the disk may take to answer at the start; nothing is claimed before that. */
const LOAD_LIMIT_SECONDS = 10;

/** How long `close` waits for the disk: usually it answers within a millisecond. */
const CLOSE_MS = 300;

/**
 * Work that starts a command for each attempt, by the contract of docs/commands.md.
 *
 * `run` resolves when every process of the command has ended, at the latest a second after `killSignal`; `close` kills what still runs.
 * `load` must succeed before anything is claimed.
 */
export function createCommandWork(
  settings: CommandSettings,
  streams: RunnerStreams = process,
  env: NodeJS.ProcessEnv = process.env,
): Work & { load(): Promise<void> } {
  let running: Leftovers | undefined;
  let stuck = false;
  /** What waits for the disk and need not be waited for. */
  const waiting = new Set<Promise<void>>();
  const closing = new AbortController();
  // forwardOutput handles a closed log; without a listener, the error would end the runner.
  for (const stream of [streams.stdout, streams.stderr]) stream.on("error", () => undefined);
  // As the same user, the command could send SIGUSR1, which starts Node's debugger, and read the runner's password with it.
  if (process.listenerCount("SIGUSR1") === 0) process.on("SIGUSR1", () => undefined);

  function track(access: Promise<void>): Promise<void> {
    const ended = () => void waiting.delete(access);
    waiting.add(access);
    access.then(ended, ended);
    return access;
  }

  async function runIn(folder: AttemptFolder, context: WorkContext): Promise<WorkResult> {
    const variables = getContractVariables(folder, context);
    const commandEnv = getCommandEnvironment(env, { TMPDIR: folder.temporary }, variables);
    const oomKills = countOomKills() ?? 0;
    const stopWatching = watchFiles(folder, context);
    let stdin: FileHandle | undefined;
    try {
      stdin = await open(folder.request);
      const [stdout, stderr] = await openPipes(folder.stdout, folder.stderr);
      const end = await runCommand(
        {
          command: settings.command,
          env: commandEnv,
          stdin: stdin.fd,
          stdout,
          stderr,
          mark: `BATCH_REQUEST_FILE=${folder.request}`,
        },
        {
          streams,
          signal: context.signal,
          killSignal: context.killSignal,
          endedByItself: () => context.endedByItself(),
          onStart(leftovers) {
            running = leftovers;
          },
          onSurvivors: (pids) => context.log.warn("processes of the command could not be ended", { pids }),
        },
      );
      const mismatch = await findMachineMismatch(settings.command, commandEnv.PATH, end);
      if (mismatch !== undefined) return { outcome: "failed", message: mismatch, final: true };
      const outOfMemory = (countOomKills() ?? 0) > oomKills;
      return getWorkResult({ ...end, outOfMemory, result: await readJsonFile(folder.result) }, settings);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      const message = await explainStart(settings.command, error.cause, commandEnv.PATH);
      return { outcome: "failed", message, final: !isTransient(error.cause) };
    } finally {
      running = undefined;
      await stdin?.close().catch(() => undefined);
      await stopWatching();
    }
  }

  async function runAttempt(rowJson: string, context: WorkContext): Promise<WorkResult> {
    const { signal, killSignal, checkpointJson, log } = context;
    if (signal.aborted) return { outcome: "interrupted", message: String(signal.reason) };
    let folder: AttemptFolder | undefined;
    try {
      folder = await createAttemptFolder(settings.directory, rowJson, checkpointJson);
      return await runIn(folder, context);
    } catch (error) {
      // A full disk or a read-only folder is the node's fault; the next attempt may run on another node.
      const { message, stack } = error as Error;
      log.error("the command could not be run", { directory: settings.directory, stack });
      return { outcome: "failed", message: `cannot run the command: ${message}`, final: false };
    } finally {
      if (folder) await Promise.race([track(remove(folder, log, closing.signal)), afterAbort(killSignal, REMOVE_MS)]);
    }
  }

  return {
    // The runner's exit does not wait for a process that cannot be killed, but it does for a disk that does not answer.
    get stuck() {
      return stuck || waiting.size > 0;
    },
    async load() {
      const late = sleepRunning(1_000 * LOAD_LIMIT_SECONDS).then(() => "late");
      if ((await Promise.race([track(checkDirectory(settings.directory)), late])) !== "late") return;
      throw new SettingsError([
        `COMMAND_DIRECTORY, by default TMPDIR, TMP or TEMP, must answer within ${LOAD_LIMIT_SECONDS} s (nothing is claimed before); ` +
          `got ${JSON.stringify(settings.directory)}, whose disk hangs`,
      ]);
    },
    async run(rowJson, given) {
      const context = { ...given, checkpointJson: given.checkpointJson && compactJson(given.checkpointJson) };
      const { signal, killSignal } = context;
      const ended = await Promise.race([runAttempt(rowJson, context), afterAbort(killSignal, HUNG_MS)]);
      if (ended !== undefined) return ended;
      stuck = true;
      const why = signal.reason instanceof Error ? `${signal.reason.message}: ` : "";
      return { outcome: "failed", message: `${why}the disk of the attempt's files does not answer`, final: false };
    },
    async close() {
      if (running) await endProcesses(running, AbortSignal.abort());
      closing.abort(new Error("the runner ends before all are removed"));
      if (waiting.size > 0)
        await Promise.race([Promise.allSettled(waiting), sleep(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

async function remove({ path }: AttemptFolder, log: Log, end: AbortSignal): Promise<void> {
  await removeFolder(path, end).catch(({ message }) =>
    log.warn("the attempt's files were not removed", { error: message }),
  );
}
