import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killServer } from "./killServer.ts";
import { getHint } from "./postgresPrograms.ts";
import { startServerProcess } from "./serverProcess.ts";
import type { ServerUser } from "./serverUser.ts";
import type { RunningProcess } from "./startProcess.ts";

/** How a server is started. */
export interface PostmasterArgs {
  /** The path of `postgres`. */
  readonly program: string;
  readonly user: ServerUser | undefined;
  readonly data: string;
  /** The file that its output is appended to. */
  readonly log: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Whether its data is discarded once it has stopped. */
  readonly temporary: boolean;
}

/**
 * How long a clean shutdown may take, and then an immediate one. A full disk prevents the shutdown checkpoint; without it the next
 * start takes longer, and nothing is lost.
 */
const STOP_MS = 10_000;
const QUIT_MS = 10_000;

const CHECK_MS = 20;

/** How many lines of the log a message ends with. */
const LOG_LINES = 8;

/**
 * PostgreSQL's main process on one data directory, as a child of this one. No `pg_ctl`: it passes options and paths to a shell.
 */
export class Postmaster {
  /** Resolves with the reason when it ends unexpectedly. */
  readonly failed: Promise<Error>;

  readonly #args: PostmasterArgs;
  readonly #fail: (reason: Error) => void;
  #process: RunningProcess | undefined;

  constructor(args: PostmasterArgs) {
    this.#args = args;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
  }

  /** Adds a line to pg_hba.conf, unless it is there; to be called before the start. */
  async allow(line: string): Promise<void> {
    const file = join(this.#args.data, "pg_hba.conf");
    if (!(await readFile(file, "utf8")).split("\n").includes(line)) await appendFile(file, `${line}\n`);
  }

  /**
   * Starts it and waits until it accepts connections, however long its recovery takes.
   *
   * @throws Error with the last lines of its log when it ends instead, or the signal's reason.
   */
  async start(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { program, user, data, log, settings } = this.#args;
    const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const file = openSync(log, "a");
    const started = startServerProcess(program, ["-D", data, ...options], user, { cwd: dirname(log), log: file });
    closeSync(file);
    this.#process = started;
    let end: string | undefined;
    const ended = started.ended.then(
      ({ exitCode, signal: killedBy }) => {
        end = killedBy ?? `exit code ${exitCode}`;
      },
      (error: Error) => {
        end = error.message;
      },
    );
    while (end === undefined && !this.#isReady(started.pid)) {
      if (signal?.aborted) {
        await this.stop();
        signal.throwIfAborted();
      }
      await sleep(CHECK_MS);
    }
    if (end !== undefined) {
      this.#process = undefined;
      throw new Error(`cannot start PostgreSQL in ${data}: ${this.#describeEnd(end)}`);
    }
    void ended.then(() => {
      if (this.#process !== started) return;
      this.#process = undefined;
      this.#fail(new Error(`PostgreSQL ended: ${this.#describeEnd(end ?? "")}`));
    });
  }

  /** Stops it (`fast`: cleanly; `immediate`: as if it had crashed) and starts it again. */
  async restart(mode: "fast" | "immediate"): Promise<void> {
    await this.#end(mode === "fast" ? "SIGINT" : "SIGQUIT");
    await this.start();
  }

  /** Stops it: cleanly if its data is kept, and by force if that takes too long. */
  async stop(): Promise<void> {
    await this.#end(this.#args.temporary ? "SIGQUIT" : "SIGINT");
  }

  async #end(first: NodeJS.Signals): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    process.kill(first);
    let killed: Promise<void> | undefined;
    const kill = () => {
      killed = killServer(process.pid, () => void process.kill("SIGKILL"));
    };
    const timers = [setTimeout(() => process.kill("SIGQUIT"), STOP_MS), setTimeout(kill, STOP_MS + QUIT_MS)];
    await process.ended.catch(() => undefined);
    for (const timer of timers) clearTimeout(timer);
    await killed;
  }

  /** From src/backend/utils/init/miscinit.c: the pid is the file's first line, and the status its last. */
  #isReady(pid: number | undefined): boolean {
    try {
      const lines = readFileSync(join(this.#args.data, "postmaster.pid"), "utf8").trimEnd().split("\n");
      return lines[0] === String(pid) && lines.at(-1)?.trim() === "ready";
    } catch {
      return false;
    }
  }

  #describeEnd(end: string): string {
    const { log } = this.#args;
    // A program that cleans up /tmp removes the log first: the server then ends by itself.
    const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
    const text = lines.slice(-LOG_LINES).join("\n");
    return `${text === "" ? end : `${end}\n${text}`}${getHint(text)}`;
  }
}
