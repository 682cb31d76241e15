import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after } from "node:test";
import type { CommandSettings } from "../../worker/src/command/commandSettings.ts";
import { createCommandWork } from "../../worker/src/command/createCommandWork.ts";
import { createLog } from "../../worker/src/log.ts";
import type { WorkContext, WorkResult } from "../../worker/src/work.ts";
import { workContext } from "./workContext.ts";

/** What a test may set; everything else is as in a runner. */
export interface CommandAttempt extends Partial<CommandSettings> {
  readonly row?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly context?: Partial<WorkContext>;
  /** Called at each chunk with everything the command has written so far. */
  readonly onOutput?: (output: string) => void;
}

/** The attempt's result and everything that it wrote. */
interface AttemptRecord {
  readonly result: WorkResult;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly log: readonly Record<string, unknown>[];
  readonly progress: readonly (readonly [number, number | undefined])[];
  readonly checkpoints: readonly unknown[];
}

/** A folder for attempts, removed after the tests. */
export function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "command-"));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A script as a command. */
export function shell(script: string): readonly string[] {
  return ["/bin/sh", "-c", script];
}

/** Runs one attempt of a command. */
export async function runCommandAttempt({ row = "{}", env, context, onOutput, ...settings }: CommandAttempt) {
  const stdout = collect(onOutput);
  const stderr = collect();
  const log: Record<string, unknown>[] = [];
  const progress: [number, number | undefined][] = [];
  const checkpoints: unknown[] = [];
  const work = createCommandWork(
    {
      command: [],
      finalExitCodes: [],
      retryAfterSeconds: 60,
      directory: settings.directory ?? createDirectory(),
      ...settings,
    },
    { stdout: stdout.stream, stderr: stderr.stream },
    { ...process.env, ...env },
  );
  const given = workContext({
    requestId: "7",
    attempt: 2,
    log: createLog({}, (line) => log.push(JSON.parse(line))),
    progress: (done, total) => void progress.push([done, total]),
    saveCheckpoint: async (value) => void checkpoints.push(JSON.parse(JSON.stringify(value))),
    token: "the-token",
    ...context,
  });
  const result = await work.run(row, given);
  await work.close();
  return { result, stdout: stdout.bytes(), stderr: stderr.bytes(), log, progress, checkpoints } satisfies AttemptRecord;
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
