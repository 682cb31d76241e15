import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { findProgram, getForeignMachine, isElf, listCandidates, type ProgramFile } from "./programFile.ts";

/** Errors of the node rather than of the command: a later attempt may start. */
export function isTransient({ code }: NodeJS.ErrnoException): boolean {
  return ["EAGAIN", "ENOMEM", "EMFILE", "ENFILE", "ETXTBSY", "EIO", "ESTALE"].includes(code ?? "");
}

/** The packaged runner's own folder (worker/Dockerfile), which hides or replaces what the image has there. */
const RUNNER_FOLDER = "/batch";
const HIDDEN = `what the image itself has in ${RUNNER_FOLDER} is hidden or replaced by the runner: put it into another folder`;
const OWN_FOLDER = import.meta.dirname.startsWith(`${RUNNER_FOLDER}/`) ? RUNNER_FOLDER : undefined;

/**
 * Why the kernel refused to start a program, in words that name what to change.
 *
 * @param path - the command's PATH
 * @param runner - the packaged runner's folder; undefined: it is not packaged
 */
export async function explainStart(
  [program = ""]: readonly string[],
  error: NodeJS.ErrnoException,
  path: string | undefined,
  runner = OWN_FOLDER,
): Promise<string> {
  const file = await findProgram(program, path);
  const files = file ? [file.path, getInterpreter(file) ?? file.path] : listCandidates(program, path);
  const isMissing = error.code === "ENOENT" || error.code === "ENOTDIR";
  const isHidden = isMissing && files.some((found) => resolve(found).startsWith(`${runner}/`));
  const lack = isHidden ? "there is no" : "the image has no";
  const why = file ? await explainFile(file, error, lack) : explainMissing(program, error, lack);
  return `cannot start ${program || "the command"}: ${why}${isHidden ? `; ${HIDDEN}` : ""}`;
}

/** A shell's exit code for a file that it cannot run as a script, and its messages after the file's path (dash, bash, busybox). */
const SHELL_EXIT_CODES: readonly (number | null)[] = [2, 126, 127];
const SHELL_MESSAGE = /^(?:line )?\d+: .*(?:not found|syntax error)|cannot execute binary file/is;

/**
 * Why a command did not run although the spawn succeeded: the C library's execvp(3) passes a program built for another
 * processor to /bin/sh, unless the node runs it nevertheless (Rosetta, QEMU, 32-bit programs): then the exit code is the program's own.
 */
export async function findMachineMismatch(
  [program = ""]: readonly string[],
  path: string | undefined,
  { code, stderr }: { readonly code: number | null; readonly stderr: string },
  shell = "/bin/sh",
): Promise<string | undefined> {
  if (!SHELL_EXIT_CODES.includes(code)) return undefined;
  const file = await findProgram(program, path);
  const machine = file && getForeignMachine(file);
  if (!file || !machine || !(await isNative(shell))) return undefined;
  const start = `${file.path}: `;
  const isShells = stderr
    .split("\n")
    .some((line) => line.startsWith(start) && SHELL_MESSAGE.test(line.slice(start.length)));
  return isShells ? `cannot start ${program}: ${explainMachine(file, machine)}` : undefined;
}

/** If the shell is built for another processor, too, it runs only because the node runs such programs. */
async function isNative(shell: string): Promise<boolean> {
  const file = await findProgram(shell);
  return file !== undefined && getForeignMachine(file) === undefined;
}

function explainMachine({ path }: ProgramFile, machine: string): string {
  return `${path} is built for ${machine}, and this node is ${process.arch}`;
}

/**
 * EACCES: a folder that may not be searched hides what is in it.
 *
 * @param lack - who lacks it: "the image has no", for example
 */
function explainMissing(program: string, { code }: NodeJS.ErrnoException, lack: string): string {
  if (program === "") return "it is empty";
  const user = code === "EACCES" ? process.getuid?.() : undefined;
  if (program.includes("/")) {
    return user === undefined ? `${lack} such file` : `user ${user} may not enter the folder in which it should be`;
  }
  const missing = `${lack} such program in its PATH`;
  return user === undefined ? missing : `${missing}, of which user ${user} may not enter every folder`;
}

async function explainFile(file: ProgramFile, error: NodeJS.ErrnoException, lack: string): Promise<string> {
  const machine = getForeignMachine(file);
  if ((await stat(file.path)).isDirectory()) return `${file.path} is a directory`;
  if (machine !== undefined) return explainMachine(file, machine);
  if (error.code === "EACCES") return await explainAccess(file);
  if (error.code === "E2BIG") return "its arguments and its environment are too long";
  // The file exists, so what is missing is the interpreter that the kernel starts it with.
  return error.code === "ENOENT" ? explainInterpreter(file, lack) : `${file.path}: ${error.message}`;
}

async function explainAccess(file: ProgramFile): Promise<string> {
  const interpreter = getInterpreter(file);
  const isExecutable = await access(file.path, constants.X_OK).then(
    () => true,
    () => false,
  );
  const refused =
    isExecutable && interpreter !== undefined
      ? `${JSON.stringify(interpreter)}, which the first line of ${file.path} requires,`
      : file.path;
  return `${refused} is not executable for user ${process.getuid?.()}`;
}

/** The program that a script's first line names. */
function getInterpreter({ head }: ProgramFile): string | undefined {
  return /^#![ \t]*([^ \t\n]+)/.exec(head.toString("latin1"))?.[1];
}

function explainInterpreter(file: ProgramFile, lack: string): string {
  if (isElf(file)) {
    return `${lack} loader for ${file.path} (is it built for another C library?)`;
  }
  const interpreter = getInterpreter(file);
  if (interpreter === undefined) return `${file.path} has no #! line, and ${lack} /bin/sh to run it`;
  return `${lack} ${JSON.stringify(interpreter)}, which the first line of ${file.path} requires`;
}
