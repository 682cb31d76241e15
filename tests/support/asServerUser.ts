import { findServerUser, UNPRIVILEGED } from "../../simulator/serverUser.ts";

/** A program with its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** The command line for a program that refuses to run as root: as the unprivileged user if this process runs as root. */
export async function asServerUser(...command: CommandLine): Promise<CommandLine> {
  if ((await findServerUser(undefined)) === undefined) return command;
  return ["setpriv", `--reuid=${UNPRIVILEGED.uid}`, `--regid=${UNPRIVILEGED.gid}`, "--clear-groups", ...command];
}
