import type { ServerUser } from "./serverUser.ts";
import { type ProcessArgs, type RunningProcess, startProcess } from "./startProcess.ts";

/** The environment of the server's programs, without PG* and locale variables, which would change their behaviour. */
function getEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TZ } = process.env;
  return { PATH: PATH ?? "/usr/bin:/bin", LC_ALL: "C", ...(TZ === undefined ? {} : { TZ }) };
}

/**
 * Starts a program of PostgreSQL as the server's user with root's right to read and write files: the checkout or TMPDIR may be
 * accessible only to root. Without no_setuid_fixup, access(2), by which initdb looks for its programs, ignores that right.
 */
export function startServerProcess(
  program: string,
  args: readonly string[],
  user: ServerUser | undefined,
  options: Omit<ProcessArgs, "env">,
): RunningProcess {
  const env = getEnvironment();
  if (user === undefined) return startProcess(program, args, { ...options, env });
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  const rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];
  return startProcess("setpriv", [...ids, ...rights, program, ...args], { ...options, env });
}
