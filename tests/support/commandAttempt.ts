import { PassThrough, type Writable } from "node:stream";
import type { CommandSettings } from "../../worker/src/command/commandSettings.ts";
import { createCommandWork } from "../../worker/src/command/createCommandWork.ts";
import { createLog } from "../../worker/src/log.ts";
import type { WorkContext } from "../../worker/src/work.ts";
import { createFolder } from "./createFolder.ts";
import { workContext } from "./workContext.ts";

/** What a test may set; everything else is as in a runner. */
export interface CommandAttempt extends Partial<CommandSettings> {
  readonly row?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly context?: Partial<WorkContext>;
  /** Why the attempt must stop as soon as the command has written something. */
  readonly stopFor?: Error;
  /** Called at each chunk with everything the command has written so far. */
  readonly onOutput?: (output: string) => void;
}

/** A script as a command. */
export function shell(script: string): readonly string[] {
  return ["/bin/sh", "-c", script];
}

/** A command's settings: a runner's defaults, and a folder of its own. */
function toSettings({ directory = createFolder(), ...more }: Partial<CommandSettings>): CommandSettings {
  return { command: [], finalExitCodes: [], retryAfterSeconds: 60, directory, ...more };
}

/** The work of a script whose stdout goes to `stdout`. */
export function createScriptWork(script: string, stdout: Writable, more: Partial<CommandSettings> = {}) {
  return createCommandWork(toSettings({ command: shell(script), ...more }), {
    stdout,
    stderr: new PassThrough().resume(),
  });
}

/** Runs one attempt of a script. */
export function runScript(script: string, more: CommandAttempt = {}) {
  return runCommandAttempt({ command: shell(script), ...more });
}

/** Runs one attempt of a command; resolves with its result and everything that it wrote. */
export async function runCommandAttempt({ row = "{}", env, context, stopFor, onOutput, ...more }: CommandAttempt) {
  const stop = new AbortController();
  const stdout = collect((output) => {
    if (stopFor) stop.abort(stopFor);
    onOutput?.(output);
  });
  const stderr = collect();
  const log: Record<string, unknown>[] = [];
  const progress: [number, number | undefined][] = [];
  const checkpoints: unknown[] = [];
  const work = createCommandWork(
    toSettings(more),
    { stdout: stdout.stream, stderr: stderr.stream },
    { ...process.env, ...env },
  );
  const given = workContext({
    requestId: "7",
    attempt: 2,
    signal: stop.signal,
    log: createLog({}, (line) => log.push(JSON.parse(line))),
    progress: (done, total) => void progress.push([done, total]),
    saveCheckpoint: async (value) => void checkpoints.push(JSON.parse(JSON.stringify(value))),
    token: "the-token",
    ...context,
  });
  const result = await work.run(row, given);
  await work.close();
  return { result, stdout: stdout.bytes(), stderr: stderr.bytes(), log, progress, checkpoints };
}

function collect(onOutput?: (output: string) => void) {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    onOutput?.(Buffer.concat(chunks).toString());
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}
