import { setTimeout as sleep } from "node:timers/promises";
import { isAmount } from "../attemptReporter.ts";
import type { WorkContext } from "../work.ts";
import type { AttemptFolder } from "./attemptFolder.ts";
import { readJsonFile } from "./readJsonFile.ts";

/** How often the files are read: each change is written to the database, at most once a second. */
const POLL_MS = 1_000;

const DATA_EXCEPTION = /^22/;

/** How many faults of a file are logged: a message may quote a value, and so be different each time. */
const MAX_PROBLEMS = 10;

/** What watching needs to know about the attempt. */
export type Watched = Pick<WorkContext, "log" | "checkpointJson" | "progress" | "saveCheckpoint">;

/**
 * Reads a command's progress and checkpoint files once a second and passes on changes. An invalid file is ignored and logged, once
 * for each fault (a file that is not replaced as a whole may be read incomplete again and again), and so is a checkpoint that cannot be
 * saved, once for each value.
 *
 * @returns a function that reads the files a last time and ends the watch: the last checkpoint is then passed on, however the
 *   command ended; the attempt is recorded only after it is stored or refused.
 */
export function watchFiles(folder: AttemptFolder, context: Watched): () => Promise<void> {
  const { log, checkpointJson, progress, saveCheckpoint } = context;
  const ended = new AbortController();
  const progressFile = new WatchedFile(folder.progress, (problem) =>
    log.warn("the progress file was ignored", { problem }),
  );
  const checkpointFile = new WatchedFile(
    folder.checkpoint,
    (problem) => log.warn("the checkpoint file was ignored", { problem }),
    checkpointJson ?? undefined,
  );
  let saving = false;
  let unsaved: string | undefined;

  async function poll(): Promise<void> {
    await progressFile.read((text) => passProgress(text, progress));
    // Saving may wait for the database: until then only the end of the watch matters.
    if (saving && !ended.signal.aborted) return;
    await checkpointFile.read((text, value) => {
      saving = true;
      saveCheckpoint(value)
        .catch((error: Error & { readonly code?: unknown }) => {
          if (text !== unsaved) log.warn("the checkpoint was not saved", { error: error.message });
          unsaved = text;
          // If another worker owns the attempt by now, this attempt's signal stops the command; otherwise the next poll tries again,
          // except with a value that PostgreSQL refuses, for example because its encoding lacks a character.
          if (!DATA_EXCEPTION.test(String(error.code))) checkpointFile.forget();
        })
        .finally(() => {
          saving = false;
        });
    });
  }

  async function watch(): Promise<void> {
    while (!ended.signal.aborted) {
      await poll();
      await sleep(POLL_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
    await poll();
  }

  const watching = watch();
  return async () => {
    ended.abort();
    await watching;
  };
}

/** A file whose changes are passed on. */
class WatchedFile {
  readonly #path: string;
  readonly #complain: (problem: string) => void;
  readonly #problems = new Set<string>();
  #lastText: string | undefined;

  constructor(path: string, complain: (problem: string) => void, lastText?: string) {
    this.#path = path;
    this.#complain = complain;
    this.#lastText = lastText;
  }

  /** Passes the content on if it has changed; an error thrown by `pass` counts as a problem with the file. */
  async read(pass: (text: string, value: unknown) => void): Promise<void> {
    // The last checkpoint may be one that the command could not write into its file (batch.checkpoint).
    const file = await readJsonFile(this.#path, this.#lastText);
    if (file === undefined) return;
    let problem: string | undefined;
    if ("problem" in file) problem = `it ${file.problem}`;
    else if (file.text !== this.#lastText) {
      this.#lastText = file.text;
      try {
        pass(file.text, file.value);
      } catch (error) {
        problem = (error as Error).message;
      }
    }
    if (problem === undefined || this.#problems.has(problem) || this.#problems.size === MAX_PROBLEMS) return;
    this.#problems.add(problem);
    this.#complain(problem);
  }

  /** Makes the next `read` pass the content on even if it has not changed. */
  forget(): void {
    this.#lastText = undefined;
  }
}

function passProgress(text: string, progress: Watched["progress"]): void {
  const { done, total } = (JSON.parse(text) ?? {}) as { done?: unknown; total?: unknown };
  if (!isAmount(done) || !(total === undefined || isAmount(total))) {
    throw new TypeError('it must be {"done": NUMBER, "total": NUMBER}, each 0 or more, where total may be omitted');
  }
  progress(done, total);
}
