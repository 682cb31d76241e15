import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { getOutput } from "../../cli/getOutput.ts";
import { asServerUser } from "./asServerUser.ts";
import { createServerHome } from "./serverHome.ts";

/** Debian's PostgreSQL 15, which includes pg_dump and pg_restore. */
export const DEBIAN_PROGRAMS = "/usr/lib/postgresql/15/bin";

/** Why a test that needs Debian's PostgreSQL cannot run; undefined if it is installed. */
export const DEBIAN_MISSING = existsSync(join(DEBIAN_PROGRAMS, "initdb"))
  ? undefined
  : `${DEBIAN_PROGRAMS} is not installed`;

/** A server of Debian's PostgreSQL 15. */
export type DebianServer = Awaited<ReturnType<typeof startDebianServer>>;

/** Creates a server's data in the folder `data`; `run` runs a program of `DEBIAN_PROGRAMS`. */
type CreateData = (run: (program: string, ...args: string[]) => Promise<void>, data: string) => Promise<void>;

/**
 * Starts Debian's PostgreSQL 15 in a temporary folder, reached by its Unix socket and as `settings` say.
 *
 * @param files - files of the folder by their names; a setting whose value is such a name gets the file's path
 */
export async function startDebianServer(
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
  createData: CreateData = initializeDebian,
) {
  const home = await createServerHome("postgres-batch-debian-", files);
  const data = join(home, "data");
  async function run(program: string, ...args: string[]): Promise<void> {
    const [name, ...rest] = await asServerUser(join(DEBIAN_PROGRAMS, program), ...args);
    await getOutput(name, rest, { cwd: home });
  }
  function toOptions(more: Readonly<Record<string, string>> = {}): string {
    const all = { listen_addresses: "", unix_socket_directories: home, fsync: "off", ...settings, ...more };
    return Object.entries(all)
      .map(([name, value]) => `-c ${name}='${value in files ? join(home, value) : value}'`)
      .join(" ");
  }
  const logFile = join(home, "server.log");
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    await createData(run, data);
    await run("pg_ctl", "--pgdata", data, "--silent", "--log", logFile, "--options", toOptions(), "start");
  } catch (error) {
    const log = existsSync(logFile) ? readFileSync(logFile, "utf8") : "";
    remove();
    throw new Error(`${(error as Error).message}${log}`, { cause: error });
  }
  const control = ["--pgdata", data, "--silent"];
  const stopArgs = [...control, "--mode=immediate", "stop"];
  const [stopProgram, ...stopRest] = await asServerUser(join(DEBIAN_PROGRAMS, "pg_ctl"), ...stopArgs);
  const port = Number(settings.port ?? 5432);
  return {
    /** The folder of its socket, its files and `data`. */
    host: home,
    port,
    user: "postgres",
    /** The path of its socket. */
    socket: join(home, `.s.PGSQL.${port}`),
    logFile,
    /** Promotes a replica to the primary. */
    promote: () => run("pg_ctl", ...control, "promote"),
    /** Restarts the server with other settings. */
    restart: (more: Readonly<Record<string, string>>) =>
      run("pg_ctl", ...control, "--log", logFile, "--options", toOptions(more), "restart"),
    /** Stops the server at once, as if it had crashed, and removes everything. */
    async stop(): Promise<void> {
      await run("pg_ctl", ...stopArgs);
      remove();
    },
    /** The same, synchronously, for a process that is exiting. */
    stopNow(): void {
      spawnSync(stopProgram, stopRest, { cwd: home });
      remove();
    },
  };
}

/** Starts a replica, which copies and follows a server that is reached by its socket. */
export async function startDebianReplica(
  { host, port, user }: DebianServer,
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<DebianServer> {
  const from = ["--host", host, "--port", String(port), "--username", user];
  return await startDebianServer(settings, files, (run, data) =>
    run("pg_basebackup", ...from, "--pgdata", data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
  );
}

/** Creates a new server's data. */
export async function initializeDebian(run: Parameters<CreateData>[0], data: string): Promise<void> {
  const locale = ["--encoding=UTF8", "--locale=C"];
  await run("initdb", `--pgdata=${data}`, "--auth=trust", "--username=postgres", ...locale, "--no-sync");
}
