import { findServerUser, UNPRIVILEGED } from "../../simulator/serverUser.ts";

/** A program with its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** How a program that refuses to run as root is run: as the user without rights where this process is root's. */
export async function asServerUser(...command: CommandLine): Promise<CommandLine> {
  if ((await findServerUser(undefined)) === undefined) return command;
  return ["setpriv", `--reuid=${UNPRIVILEGED.uid}`, `--regid=${UNPRIVILEGED.gid}`, "--clear-groups", ...command];
}
