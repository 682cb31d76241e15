import { readProcFile } from "../worker/src/command/processTable.ts";
import type { ServerUser } from "./serverUser.ts";
import { type ProcessArgs, type RunningProcess, startProcess } from "./startProcess.ts";

/** The environment of the server's programs, without PG* and locale variables, which would change their behaviour. */
function getEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TZ } = process.env;
  return { PATH: PATH ?? "/usr/bin:/bin", LC_ALL: "C", ...(TZ === undefined ? {} : { TZ }) };
}

/**
 * Starts a program of PostgreSQL as the server's user with root's right to read and write files: the checkout or TMPDIR may be
 * accessible only to root. access(2), by which initdb looks for its programs, ignores that right unless no_setuid_fixup is set.
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
  const rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  if (maySetSecureBits()) rights.push("--securebits=+no_setuid_fixup");
  return startProcess("setpriv", [...ids, ...rights, program, ...args], { ...options, env });
}

/** Whether this process has CAP_SETPCAP (number 8 of linux/capability.h), which a container may take from root; false without /proc. */
export function maySetSecureBits(): boolean {
  const [, effective] = /^CapEff:\s*(\w+)$/m.exec(readProcFile(process.pid, "status") ?? "") ?? [];
  return (BigInt(`0x${effective ?? 0}`) & (1n << 8n)) !== 0n;
}
