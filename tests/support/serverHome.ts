import { chmod, chown, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findServerUser } from "../../simulator/serverUser.ts";

/** Creates a temporary folder that no other user can read, with these files by their names. */
export async function createServerHome(prefix: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), prefix));
  const user = await findServerUser(undefined);
  for (const [name, content] of Object.entries(files)) {
    const file = join(home, name);
    await writeFile(file, content, { mode: 0o600 });
    if (user) await chown(file, user.uid, user.gid);
  }
  if (user) await chown(home, user.uid, user.gid);
  else await chmod(home, 0o700);
  return home;
}
