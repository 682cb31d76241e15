import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { endLine } from "../logLines.ts";
import type { WorkContext } from "../work.ts";
import { afterAbort } from "./afterAbort.ts";
import type { CommandEnd } from "./commandEnd.ts";
import { endProcesses, type Leftovers, signalGroup } from "./endProcesses.ts";
import { forwardOutput } from "./forwardOutput.ts";
import type { Pipe } from "./openPipes.ts";
import { OutputTail } from "./outputTail.ts";
import { preferForOom } from "./preferForOom.ts";
import { listProcesses, readProcess } from "./processTable.ts";
import { stopCommandOnAbort } from "./stopCommand.ts";

/** A command and how to start it. */
export interface CommandStart {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An open file. */
  readonly stdin: number;
  readonly stdout: Pipe;
  readonly stderr: Pipe;
  /** See `Leftovers`. */
  readonly mark: string;
}

/** Where a command's output goes. */
export interface RunnerStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The signals that stop a command, and the callbacks for its events. */
export interface CommandControls extends Pick<WorkContext, "signal" | "killSignal" | "endedByItself"> {
  readonly streams: RunnerStreams;
  onStart(leftovers: Leftovers): void;
  onSurvivors(pids: readonly number[]): void;
}

/** The command cannot be started. */
export class StartError extends Error {
  override readonly name = "StartError";
  override readonly cause: NodeJS.ErrnoException;

  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** How long the log may take to accept a command's last output. */
const DRAIN_MS = 5_000;

/** The same after `killSignal`; also how long the kernel may take to end the command, usually milliseconds. */
const KILLED_MS = 100;

/** How long a process that the command left may still write: its last output may have to pass through one (`exec > >(tee log)`). */
const FILTER_MS = 500;

/** The pause between two checks of the session of a command that a signal has ended. */
const SESSION_PAUSE_MS = 50;

/**
 * Runs a command in a separate session and process group until all of its processes have ended and its output is forwarded.
 *
 * @throws StartError when the command cannot be started.
 */
export async function runCommand(
  start: CommandStart,
  controls: CommandControls,
): Promise<Pick<CommandEnd, "code" | "signal" | "stop" | "stdout" | "stderr">> {
  const { stdout, stderr, mark } = start;
  const { streams, killSignal } = controls;
  const [stdoutTail, stderrTail] = [new OutputTail(), new OutputTail()];
  const outputs = Promise.all([
    forwardOutput(stdout.readFrom, streams.stdout, (chunk) => stdoutTail.add(chunk)),
    forwardOutput(stderr.readFrom, streams.stderr, (chunk) => stderrTail.add(chunk)),
  ]).catch(() => undefined);
  try {
    const child = await spawnCommand(start);
    const leader = child.pid as number;
    // An "error" event after the start would mean that a signal could not be sent through `child`; none is sent that way.
    const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    const isOutput = (path: string) => path === stdout.path() || path === stderr.path();
    const leftovers = { leader, startTime: readProcess(leader)?.startTime, mark, isOutput };
    controls.onStart(leftovers);
    preferForOom(leader);
    const killGroup = () => signalGroup(leader, "SIGKILL");
    process.once("exit", killGroup);
    const stopping = stopCommandOnAbort(leader, controls);
    const [code, signal] = (await Promise.race([exit, afterAbort(killSignal, KILLED_MS)])) ?? [null, null];
    if (stopping.stop !== undefined && signal === "SIGTERM") await untilSessionEnds(leader, killSignal);
    stopping.end();
    if (stopping.stop === undefined && !killSignal.aborted) controls.endedByItself();
    // A process that has closed its output, as a daemon does, is not waited for.
    await Promise.race([outputs, sleep(FILTER_MS, undefined, { ref: false }), afterAbort(killSignal, 0)]);
    process.removeListener("exit", killGroup);
    const survivors = await endProcesses(leftovers, killSignal);
    if (survivors.length > 0) controls.onSurvivors(survivors);
    await Promise.race([outputs, sleep(DRAIN_MS, undefined, { ref: false }), afterAbort(killSignal, KILLED_MS)]);
    endLine(streams.stdout);
    return { code, signal, stop: stopping.stop, stdout: stdoutTail.toString(), stderr: stderrTail.toString() };
  } finally {
    stdout.readFrom.destroy();
    stderr.readFrom.destroy();
  }
}

/**
 * Resolves when no process of a session runs, or at `killSignal`: the signal that ended a shell also reached what the shell has started,
 * which may need time to respond.
 */
async function untilSessionEnds(leader: number, killSignal: AbortSignal): Promise<void> {
  while (!killSignal.aborted && listProcesses().some(({ session, ended }) => session === leader && !ended)) {
    await sleep(SESSION_PAUSE_MS);
  }
}

async function spawnCommand({ command, env, stdin, stdout, stderr }: CommandStart): Promise<ChildProcess> {
  const [program = "", ...args] = command;
  try {
    const child = spawn(program, args, { env, detached: true, stdio: [stdin, stdout.writeTo, stderr.writeTo] });
    await once(child, "spawn");
    return child;
  } catch (error) {
    throw new StartError(error as NodeJS.ErrnoException);
  } finally {
    stdout.closeWriter();
    stderr.closeWriter();
  }
}
