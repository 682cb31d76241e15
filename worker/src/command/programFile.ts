import { constants } from "node:fs";
import { access, type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/** A program's file, and its first bytes if it may be read. */
export interface ProgramFile {
  readonly path: string;
  readonly head: Buffer;
}

/** The processors that an ELF file may be built for, by `e_machine` (elf(5)), as Node calls them. */
const MACHINES: Readonly<Record<number, string>> = { 3: "ia32", 40: "arm", 62: "x64", 183: "arm64", 243: "riscv64" };

/** Finds the file that execvp(3) would start: the first executable file of that name in the PATH, else the first file. */
export async function findProgram(program: string, path?: string): Promise<ProgramFile | undefined> {
  const files = listCandidates(program, path);
  const found = (await findFirst(files, constants.X_OK)) ?? (await findFirst(files, constants.F_OK));
  return found === undefined ? undefined : { path: found, head: await readHead(found) };
}

/** The files that execvp(3) tries. */
export function listCandidates(program: string, path = "/bin:/usr/bin"): readonly string[] {
  if (program === "") return [];
  return program.includes("/") ? [program] : path.split(":").map((folder) => join(folder || ".", program));
}

/** Whether a program is native code rather than a script. */
export function isElf({ head }: ProgramFile): boolean {
  return head.length >= 20 && head.subarray(0, 4).toString("latin1") === "\x7fELF";
}

/** The processor that an ELF file is built for, if it is not this machine's. */
export function getForeignMachine(file: ProgramFile): string | undefined {
  if (!isElf(file)) return undefined;
  const number = file.head.readUInt16LE(18);
  const machine = MACHINES[number] ?? `ELF machine ${number}`;
  return machine === process.arch ? undefined : machine;
}

async function readHead(path: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    // It may be executable but not readable.
    return Buffer.alloc(0);
  } finally {
    await file?.close().catch(() => undefined);
  }
}

async function findFirst(files: readonly string[], mode: number): Promise<string | undefined> {
  for (const file of files) {
    const found = await access(file, mode).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
