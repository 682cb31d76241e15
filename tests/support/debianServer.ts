import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getOutput } from "../../cli/getOutput.ts";
import { findServerUser, UNPRIVILEGED } from "../../simulator/serverUser.ts";

/** Debian's PostgreSQL 15, whose pg_dump and pg_restore this machine has too. */
export const DEBIAN_PROGRAMS = "/usr/lib/postgresql/15/bin";

/** Why a test needs Debian's PostgreSQL and cannot run; undefined where it is installed. */
export const DEBIAN_MISSING = existsSync(join(DEBIAN_PROGRAMS, "initdb"))
  ? undefined
  : `${DEBIAN_PROGRAMS} is not installed`;

/** A server of Debian's PostgreSQL 15. */
export interface DebianServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Stops the server; nothing is left. */
  stop(): Promise<void>;
}

/** Starts Debian's PostgreSQL 15 in a temporary folder, reached by its Unix socket only. */
export async function startDebianServer(settings: Readonly<Record<string, string>> = {}): Promise<DebianServer> {
  const home = await mkdtemp(join(tmpdir(), "postgres-batch-debian-"));
  const user = await findServerUser(undefined);
  if (user) await chown(home, user.uid, user.gid);
  else await chmod(home, 0o700);
  const data = join(home, "data");
  const run = (program: string, ...args: string[]) =>
    getOutput(
      user ? "setpriv" : join(DEBIAN_PROGRAMS, program),
      user
        ? [
            `--reuid=${UNPRIVILEGED.uid}`,
            `--regid=${UNPRIVILEGED.gid}`,
            "--clear-groups",
            join(DEBIAN_PROGRAMS, program),
            ...args,
          ]
        : args,
      { cwd: home },
    );
  await run(
    "initdb",
    `--pgdata=${data}`,
    "--auth=trust",
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  );
  const options = Object.entries({ listen_addresses: "", unix_socket_directories: home, fsync: "off", ...settings });
  await run(
    "pg_ctl",
    "--pgdata",
    data,
    "--silent",
    "--log",
    join(home, "server.log"),
    "--options",
    options.map(([name, value]) => `-c ${name}='${value}'`).join(" "),
    "start",
  );
  return {
    host: home,
    port: 5432,
    user: "postgres",
    stop: async () => {
      await run("pg_ctl", "--pgdata", data, "--silent", "--mode=immediate", "stop");
      await rm(home, { recursive: true, force: true });
    },
  };
}
