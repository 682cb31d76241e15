import { lchown, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { getHint } from "./postgresPrograms.ts";

/** The user that PostgreSQL runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The unprivileged user of every Linux. */
export const UNPRIVILEGED: ServerUser = { uid: 65_534, gid: 65_534 };

/**
 * The user that the server runs as if this process runs as root, which PostgreSQL refuses: the owner of the kept database, so that
 * `sudo npm start` does not lock a user out; for a new one the owner of its folder, sudo's user, or the owner of the folder above; or else
 * the unprivileged user. Undefined if this process does not run as root: the server then runs as the same user.
 */
export async function findServerUser(folder: string | undefined): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (folder === undefined) return UNPRIVILEGED;
  return (
    (await findOwner(join(folder, "data"))) ??
    (await findOwner(folder)) ??
    getSudoUser() ??
    (await findParentOwner(folder)) ??
    UNPRIVILEGED
  );
}

/** The owner; undefined for root, and for a path that does not exist. */
async function findOwner(path: string): Promise<ServerUser | undefined> {
  const owner = await stat(path).catch(() => undefined);
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : undefined;
}

/** The owner of the nearest existing parent directory. */
async function findParentOwner(folder: string): Promise<ServerUser | undefined> {
  const parent = dirname(folder);
  if (parent === folder) return undefined;
  const there = await stat(parent).catch(() => undefined);
  return there ? await findOwner(parent) : await findParentOwner(parent);
}

function getSudoUser(): ServerUser | undefined {
  const [uid, gid] = [Number(process.env.SUDO_UID), Number(process.env.SUDO_GID)];
  return uid > 0 && gid > 0 ? { uid, gid } : undefined;
}

/** @throws Error with what to do when this root may not change owners: in a container without CAP_CHOWN, or with one user only. */
export async function changeOwner(path: string, { uid, gid }: ServerUser): Promise<void> {
  await lchown(path, uid, gid).catch(({ message }: Error) => {
    throw new Error(`${message}${getHint(message)}`);
  });
}
