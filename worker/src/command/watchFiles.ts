import { setTimeout as sleep } from "node:timers/promises";
import type { WorkContext } from "../work.ts";
import type { AttemptFolder } from "./attemptFolder.ts";
import { readJsonFile } from "./readJsonFile.ts";

/** How often the files are read: each change is written to the database, at most once a second. */
const POLL_MS = 1_000;

/** What watching needs to know about the attempt. */
export type Watched = Pick<WorkContext, "log" | "checkpointJson" | "progress" | "saveCheckpoint">;

/**
 * Reads a command's progress and checkpoint once a second and passes on what changed. An invalid file is logged, once for
 * each new fault, and ignored.
 *
 * @returns a function that ends the watching after a last read: the attempt's last checkpoint has then been passed on, however the
 *   command ended. Recording the attempt waits until it is stored.
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

  async function poll(): Promise<void> {
    await progressFile.read((text) => passProgress(text, progress));
    // Saving takes as long as the database does: until then only the end of the watching matters.
    if (saving && !ended.signal.aborted) return;
    await checkpointFile.read((_text, value) => {
      saving = true;
      saveCheckpoint(value)
        .catch((error: Error) => {
          // If another worker owns the attempt by now, its signal stops the command; otherwise the next poll tries again.
          log.warn("the checkpoint was not saved", { error: error.message });
          checkpointFile.forget();
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
  #lastText: string | undefined;
  #lastProblem: string | undefined;

  constructor(path: string, complain: (problem: string) => void, lastText?: string) {
    this.#path = path;
    this.#complain = complain;
    this.#lastText = lastText;
  }

  /** Passes the content on if it has changed; an error that `pass` throws is a problem of the file. */
  async read(pass: (text: string, value: unknown) => void): Promise<void> {
    const file = await readJsonFile(this.#path);
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
    if (problem !== undefined && problem !== this.#lastProblem) this.#complain(problem);
    this.#lastProblem = problem;
  }

  /** The next `read` passes the content on in any case. */
  forget(): void {
    this.#lastText = undefined;
  }
}

function passProgress(text: string, progress: Watched["progress"]): void {
  const { done, total } = (JSON.parse(text) ?? {}) as { done?: unknown; total?: unknown };
  if (!isAmount(done) || !(total === undefined || isAmount(total))) {
    throw new TypeError('it must be {"done": NUMBER, "total": NUMBER}, from 0, where total may be left out');
  }
  progress(done, total);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}
