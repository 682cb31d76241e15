import { setTimeout as sleep } from "node:timers/promises";
import type { WorkContext } from "../work.ts";
import type { AttemptFolder } from "./attemptFolder.ts";
import { readJsonFile } from "./readJsonFile.ts";

/** How often the files are read: each change is written to the database, at most once a second. */
const POLL_MS = 1_000;

/** What watching needs to know about the attempt. */
export type Watched = Pick<WorkContext, "log" | "checkpoint" | "progress" | "saveCheckpoint">;

/**
 * Reads a command's progress and checkpoint once a second and passes on what changed. What is not as it must be is logged, once
 * for each new fault, and ignored.
 *
 * @returns what ends the watching, after the files were read a last time: a checkpoint that was written is saved, however
 *   the command ended.
 */
export function watchFiles(folder: AttemptFolder, context: Watched, pollMs = POLL_MS): () => Promise<void> {
  const ended = new AbortController();
  const readProgress = createReader(folder.progress, "the progress file", context);
  const readCheckpoint = createReader(
    folder.checkpoint,
    "the checkpoint file",
    context,
    context.checkpoint === null ? undefined : JSON.stringify(context.checkpoint),
  );

  async function poll(): Promise<void> {
    await readProgress((text) => passProgress(text, context));
    await readCheckpoint((_text, value) => context.saveCheckpoint(value));
  }

  async function watch(): Promise<void> {
    while (!ended.signal.aborted) {
      await poll();
      await sleep(pollMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
    await poll();
  }

  const watching = watch();
  return async () => {
    ended.abort();
    await watching;
  };
}

/** Hands on what a file holds when it is another text than the last one that was handed on. */
function createReader(path: string, name: string, { log }: Pick<Watched, "log">, lastText?: string) {
  let lastProblem: string | undefined;
  function complain(problem: string): void {
    if (problem !== lastProblem) log.warn(`${name} was ignored`, { problem });
    lastProblem = problem;
  }
  return async (handOn: (text: string, value: unknown) => void | Promise<void>): Promise<void> => {
    const file = await readJsonFile(path);
    if (file === undefined) return;
    if ("problem" in file) return complain(`it ${file.problem}`);
    if (file.text === lastText) return;
    try {
      await handOn(file.text, file.value);
      lastText = file.text;
      lastProblem = undefined;
    } catch (error) {
      // When the attempt is another worker's by now, its signal stops the command; else the next poll tries again.
      complain((error as Error).message);
    }
  };
}

function passProgress(text: string, { progress }: Watched): void {
  const { done, total } = (JSON.parse(text) ?? {}) as { done?: unknown; total?: unknown };
  if (!isAmount(done) || !(total === undefined || isAmount(total))) {
    throw new TypeError('it must be {"done": NUMBER, "total": NUMBER}, from 0, where total may be left out');
  }
  progress(done, total);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}
