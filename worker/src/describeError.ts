import { inspect, types } from "node:util";

/** The maximum length of a description, and of an error's text in the history. */
export const MAX_DESCRIPTION = 20_000;

/** Limits for each part, so that a long one leaves room for the causes after it. */
const MAX_MESSAGE = 4_000;
const MAX_NAME = 200;
const MAX_FRAMES = 15;
const MAX_FRAME = 300;

/** The maximum number of errors in one description: chains of causes and lists of errors may be endless. */
const MAX_ERRORS = 12;

/**
 * Describes why something failed: name, message, code and stack of the error, its causes, an AggregateError's errors, and both errors of a
 * SuppressedError, which `await using` throws if the disposal fails as well: its own message says nothing.
 *
 * Never throws, whatever `thrown` is, and runs none of its code except getters. The text has at most `MAX_DESCRIPTION` characters,
 * all of which PostgreSQL can store in a UTF-8 database (no NUL, no lone surrogates).
 */
export function describeError(thrown: unknown): string {
  const text = isError(thrown) ? describe(thrown, new Set()) : `threw ${show(thrown)}`;
  return cut(text, MAX_DESCRIPTION);
}

function describe(error: object, seen: Set<object>): string {
  seen.add(error);
  const message = toText(read(error, "message"));
  const code = read(error, "code");
  const hasNewCode = ["string", "number"].includes(typeof code) && !message.includes(String(code));
  const lines = [
    `${cut(toText(read(error, "name")), MAX_NAME) || "Error"}: ${cut(message, MAX_MESSAGE)}`,
    ...(hasNewCode ? [`    code: ${cut(String(code), MAX_NAME)}`] : []),
    ...toPlace(read(error, "stack")),
    ...toFrames(read(error, "stack"), message),
  ];
  for (const inner of toList(read(error, "errors"))) lines.push(describeNext("with", inner, seen));
  const suppressed = read(error, "suppressed");
  if (isError(suppressed) || read(error, "name") === "SuppressedError") {
    lines.push(describeNext("suppressed", suppressed, seen), describeNext("by", read(error, "error"), seen));
  }
  const cause = read(error, "cause");
  if (cause !== undefined && cause !== null) lines.push(describeNext("caused by", cause, seen));
  return lines.filter((line) => line !== "").join("\n");
}

function describeNext(relation: string, thrown: unknown, seen: Set<object>): string {
  if (!isError(thrown)) return seen.size < MAX_ERRORS ? `${relation} ${show(thrown)}` : "";
  if (seen.has(thrown)) return `${relation} an error shown above`;
  if (seen.size >= MAX_ERRORS) return "";
  return `${relation} ${describe(thrown, seen)}`;
}

/** The stack of a syntax error begins with the file and line, which its frames do not name. */
function toPlace(stack: unknown): string[] {
  const [, place] = /^((?:file:\/|\/)[^\n]*:\d+)\n/.exec(toText(stack).slice(0, 2 * MAX_FRAME)) ?? [];
  return place === undefined ? [] : [cut(`    at ${place}`, MAX_FRAME)];
}

/** A stack repeats the name and message that the error had when it was created. */
function toFrames(stack: unknown, message: string): string[] {
  if (typeof stack !== "string") return [];
  const from = Math.max(stack.indexOf(message), 0) + message.length;
  const frames = stack.slice(from, from + MAX_FRAMES * MAX_FRAME * 2).split("\n");
  return frames
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => cut(line, MAX_FRAME));
}

function toList(errors: unknown): readonly unknown[] {
  try {
    return Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : [];
  } catch {
    return [];
  }
}

/** Never touches a Proxy: its traps are code. */
function isError(thrown: unknown): thrown is object {
  if (types.isNativeError(thrown)) return true;
  if (typeof thrown !== "object" || thrown === null || types.isProxy(thrown)) return false;
  try {
    return thrown instanceof Error;
  } catch {
    return false;
  }
}

function read(error: object, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return undefined;
  }
}

function toText(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "object" || typeof value === "function" ? show(value) : String(value);
}

function show(value: unknown): string {
  try {
    return inspect(value, { customInspect: false, showProxy: true, maxStringLength: MAX_MESSAGE, maxArrayLength: 20 });
  } catch {
    return `a value that cannot be shown (${typeof value})`;
  }
}

function cut(text: string, max: number): string {
  const more = text.length - max;
  const kept = more > 0 ? `${text.slice(0, max - 40)}... (${more + 40} more characters)` : text;
  return kept.replaceAll("\0", "\uFFFD").toWellFormed();
}
