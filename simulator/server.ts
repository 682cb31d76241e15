import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { SERVER_SETTINGS } from "../worker/src/serverSettings.ts";
import { createDatabase } from "./createDatabase.ts";
import { findServer, stopAbandonedServer } from "./leftovers.ts";
import { type DirectoryLock, lockDirectory } from "./lockDirectory.ts";
import { findPrograms, type PostgresPrograms } from "./postgresPrograms.ts";
import { Postmaster } from "./postmaster.ts";
import { checkFolder } from "./serverFolder.ts";
import { changeOwner, findServerUser, type ServerUser, UNPRIVILEGED } from "./serverUser.ts";
import { createTempDirectory, type TempDirectory } from "./tempDirectory.ts";

/** A PostgreSQL server of this process: this user's programs reach it by its Unix socket, others only at `listen`. */
export interface Server {
  /** The socket's folder, for `PG_HOST` and `psql --host`. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Resolves with the reason when the server ends unexpectedly. */
  readonly failed: Promise<Error>;
  /** Stops the server (`fast`: cleanly; `immediate`: as if it had crashed) and starts it again. */
  restart(mode: "fast" | "immediate"): Promise<void>;
  /** Stops the server, by force if a clean shutdown fails; a temporary one leaves nothing behind. Never throws. */
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
  /**
   * Where the temporary folder is created.
   *
   * @default - TMPDIR
   */
  readonly tempParent?: string;
  /** Whether commits wait for the disk, as on a real server. */
  readonly durable: boolean;
  /**
   * PostgreSQL's programs.
   *
   * @default - those of the npm package for this platform
   */
  readonly programs?: PostgresPrograms;
  /**
   * Where the server is reached without a password, in addition to its socket.
   *
   * @default - nowhere
   */
  readonly listen?: {
    /** An address of this machine. */
    readonly address: string;
    /** Which clients may connect, in pg_hba.conf's notation: `10.0.0.0/30`. */
    readonly from: string;
  };
  /**
   * Aborts the start; nothing is left behind, except a database already created in `folder`.
   *
   * @default - the start cannot be aborted
   */
  readonly signal?: AbortSignal;
}

const PORT = 5432;
const USER = "postgres";

/**
 * Starts PostgreSQL from the npm package that contains its programs; creates the database first if there is none.
 *
 * @throws Error when this platform has no such package, when the folder contains something else, or when the server does not start: the
 *   message ends with the last lines of its log. Nothing has changed then, but a database already created in `folder` stays.
 */
export async function startServer({ folder: kept, durable, listen, signal, ...args }: ServerArgs): Promise<Server> {
  const programs = args.programs ?? (await findPrograms());
  const folder = kept === undefined ? undefined : resolve(kept);
  if (folder !== undefined) await checkFolder(folder);
  const user = await findServerUser(folder);
  const lock = folder === undefined ? undefined : await lockDirectory(folder);
  let temp: TempDirectory | undefined;
  try {
    temp = await createTempDirectory(folder, args.tempParent);
    const { path, socket, remove } = temp;
    await handOver(user, lock, socket === path ? [] : [socket]);
    const place = folder ?? path;
    const data = join(place, "data");
    if (lock?.abandonedBy !== undefined) await stopAbandonedServer(data);
    await refuseServedFolder(data);
    if (!existsSync(join(data, "PG_VERSION"))) {
      await createDatabase(place, { programs, user, durable, superuser: USER, signal });
    }
    const settings = {
      listen_addresses: listen?.address ?? "",
      unix_socket_directories: socket,
      port: String(PORT),
      max_connections: "300",
      ...SERVER_SETTINGS,
      ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    };
    const postmaster = new Postmaster({
      ...{ program: programs.postgres, user, data, log: join(path, "server.log"), settings },
      temporary: folder === undefined,
    });
    if (listen) await postmaster.allow(`host all all ${listen.from} trust`);
    await postmaster.start(signal);
    return {
      host: socket,
      port: PORT,
      user: USER,
      failed: postmaster.failed,
      restart: (mode) => postmaster.restart(mode),
      async stop() {
        await postmaster.stop();
        await remove();
        await lock?.release();
      },
    };
  } catch (error) {
    await temp?.remove();
    await lock?.release({ undo: true });
    throw error;
  }
}

/** Only a server left by a killed run may be stopped. */
async function refuseServedFolder(data: string): Promise<void> {
  const pid = await findServer(data);
  if (pid === undefined) return;
  throw new Error(`${data} must be served by no other PostgreSQL; got process ${pid}. Stop that one first`);
}

/** Files that this run has created for the server get the server's user as owner; existing files keep theirs. */
async function handOver(user: ServerUser | undefined, lock: DirectoryLock | undefined, more: readonly string[]) {
  if (user === undefined) return;
  const kept = user.uid === UNPRIVILEGED.uid ? [] : (lock?.created ?? []);
  for (const path of [...kept, ...more]) await changeOwner(path, user);
}
