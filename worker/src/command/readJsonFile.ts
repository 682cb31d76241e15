import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, stat } from "node:fs/promises";
import { MAX_JSON_BYTES } from "../toJson.ts";
import { parseJson } from "./json.ts";

/** The content of one of the contract's files: a value, or the problem with it. */
export type JsonFile = { readonly value: unknown; readonly text: string } | { readonly problem: string };

/**
 * Reads a file that a command writes, which may be anything: if it is not a regular file, larger than 64 KiB, or not JSON that `parseJson`
 * accepts, it has a `problem`. A FIFO does not block, and a large file is not read to its end.
 *
 * @param known - the text that it had before, of any size and even if `parseJson` refuses it
 * @returns undefined if there is no such file, or it still has the known text
 */
export async function readJsonFile(path: string, known = ""): Promise<JsonFile | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) return { problem: `must be a regular file; got ${describeKind(found)}` };
    const knownBytes = Buffer.from(known);
    const bytes = await readAtMost(file, Math.max(MAX_JSON_BYTES, knownBytes.length) + 1);
    if (knownBytes.length > 0 && bytes.equals(knownBytes)) return undefined;
    if (bytes.length > MAX_JSON_BYTES) return { problem: `must be at most ${MAX_JSON_BYTES} bytes; got more` };
    if (bytes.length === 0) return { problem: "must be JSON; got an empty file" };
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { value: parseJson(text), text };
  } catch (error) {
    const { code, errno, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      return (await isBrokenLink(path)) ? { problem: "must be a regular file; got a link to none" } : undefined;
    }
    if (code === "ENXIO") return { problem: "must be a regular file; got a socket" };
    if (errno !== undefined) return { problem: `could not be read: ${message}` };
    if (error instanceof RangeError) return { problem: message };
    // V8's message quotes the text, which may contain secrets.
    const got = error instanceof SyntaxError ? "a syntax error" : message;
    return { problem: `must be JSON that PostgreSQL can store; got ${got}` };
  } finally {
    // A network's disk may report an error here, which changes nothing about what was read.
    await file?.close().catch(() => undefined);
  }
}

function describeKind(found: Stats): string {
  return found.isDirectory() ? "a folder" : found.isFIFO() ? "a FIFO" : "a device";
}

/** Looks at the link's file after the link: the command may have created the link since the file was not found. */
async function isBrokenLink(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSymbolicLink()) return false;
  return await stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === "ENOENT",
  );
}

async function readAtMost(file: FileHandle, limit: number): Promise<Buffer> {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await file.read(buffer, length, limit - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
