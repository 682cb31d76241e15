import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { getHint, type PostgresPrograms } from "./postgresPrograms.ts";
import { startServerProcess } from "./serverProcess.ts";
import { changeOwner, type ServerUser, UNPRIVILEGED } from "./serverUser.ts";

/** Where initdb creates a database, and as which user. */
export interface CreateDatabaseArgs {
  readonly programs: PostgresPrograms;
  readonly user: ServerUser | undefined;
  readonly superuser: string;
  readonly durable: boolean;
  readonly signal: AbortSignal | undefined;
}

/** How long initdb may take to remove its files after SIGTERM. */
const KILL_MS = 5_000;

/**
 * Creates a database in `folder/data`, atomically: a run that is killed meanwhile leaves no partial database there.
 *
 * @throws Error with initdb's message, or the signal's reason.
 */
export async function createDatabase(folder: string, args: CreateDatabaseArgs): Promise<void> {
  const { programs, user, superuser, durable, signal } = args;
  const data = join(folder, "data.new");
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { mode: 0o700 });
  try {
    // initdb refuses a user without a name, such as the owner of a mounted folder; the server does not.
    const creator = user && UNPRIVILEGED;
    if (creator) await changeOwner(data, creator);
    signal?.throwIfAborted();
    const flags = ["--auth=trust", `--username=${superuser}`, "--encoding=UTF8", "--locale=C", "--no-instructions"];
    const all = [`--pgdata=${data}`, ...flags, ...(durable ? [] : ["--no-sync"])];
    const initdb = startServerProcess(programs.initdb, all, creator, { cwd: data });
    let killTimer: NodeJS.Timeout | undefined;
    function stop(): void {
      initdb.kill("SIGTERM", { group: true });
      killTimer = setTimeout(() => initdb.kill("SIGKILL", { group: true }), KILL_MS);
    }
    signal?.addEventListener("abort", stop, { once: true });
    const { exitCode, signal: killedBy } = await initdb.ended.catch(({ message }: Error) => {
      throw new Error(`${message}${getHint(message)}`);
    });
    clearTimeout(killTimer);
    signal?.removeEventListener("abort", stop);
    signal?.throwIfAborted();
    if (exitCode !== 0) {
      const words = initdb.outputTail().trim() || `it ended with ${killedBy ?? `exit code ${exitCode}`}`;
      throw new Error(`cannot create a database in ${folder}: ${words}${getHint(words)}`);
    }
    if (user) await chownAll(data, user);
    await rename(data, join(folder, "data"));
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function chownAll(directory: string, user: ServerUser): Promise<void> {
  const paths = (await readdir(directory, { recursive: true })).map((path) => join(directory, path));
  for (const path of [directory, ...paths]) await changeOwner(path, user);
}
