import { PROJECT } from "./projectName.ts";

/** The value of `--config KEY=VALUE` for a key of this project; it is in the stack's settings only after `pulumi up`. */
export function configFlag(pulumiArgs: readonly string[], key: string): string | undefined {
  return readPairs(pulumiArgs).findLast(([name]) => name === key)?.[1];
}

/**
 * The keys of this project that `--config KEY=VALUE` sets, each with the value that the program gets. With `--config-path` a key may be a
 * path (`image.build.registry`), which as in Pulumi replaces everything in its first key.
 */
export function configFlags(pulumiArgs: readonly string[]): Record<string, string> {
  const arePaths = pulumiArgs.some((arg) => /^--config-path(=true)?$/.test(arg));
  const values: Record<string, unknown> = {};
  for (const [name, text] of readPairs(pulumiArgs)) {
    const [key = name, ...path] = arePaths ? parsePath(name) : [name];
    values[key] = path.length === 0 ? text : withPath(values[key], path, coerce(text));
  }
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Every `--config KEY=VALUE` for a key of this project, in order; Pulumi takes a missing value for an empty one. */
function readPairs(pulumiArgs: readonly string[]): [key: string, value: string][] {
  return pulumiArgs.flatMap((arg, at) => {
    const pair =
      /^(?:--config=|-c=?)(.+)$/s.exec(arg)?.[1] ?? (/^(--config|-c)$/.test(arg) ? pulumiArgs[at + 1] : undefined);
    const own = pair?.startsWith(`${PROJECT}:`) ? pair.slice(PROJECT.length + 1) : pair;
    const [, key, value = ""] = /^([^:=]+)(?:=(.*))?$/s.exec(own ?? "") ?? [];
    return key === undefined ? [] : [[key, value] as [string, string]];
  });
}

/** `a.b[0]["c.d"]` as `["a", "b", 0, "c.d"]`. */
function parsePath(path: string): (string | number)[] {
  const parts = [...path.matchAll(/\[(\d+)\]|\["((?:\\.|[^"\\])*)"\]|([^.[\]]+)/g)];
  return parts.map(([, index, quoted, name = ""]) =>
    index === undefined ? (quoted?.replace(/\\(.)/g, "$1") ?? name) : Number(index),
  );
}

function withPath(container: unknown, [first, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (first === undefined) return value;
  if (typeof first === "number") {
    const items: unknown[] = Array.isArray(container) ? [...container] : [];
    items[first] = withPath(items[first], rest, value);
    return items;
  }
  const fields: Record<string, unknown> =
    typeof container === "object" && container !== null && !Array.isArray(container) ? { ...container } : {};
  fields[first] = withPath(fields[first], rest, value);
  return fields;
}

/** A value within a structure is a boolean or a whole number if it is written like one, without a leading zero. */
function coerce(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return /^(0|[-+]?[1-9]\d*)$/.test(text) ? Number(text) : text;
}

/** The last `--config-file FILE`: the stack's settings are in it instead of `Pulumi.STACK.yaml`; undefined without it. */
export function configFile(pulumiArgs: readonly string[]): string | undefined {
  return pulumiArgs
    .map((arg, at) => (arg === "--config-file" ? pulumiArgs[at + 1] : /^--config-file=(.+)$/s.exec(arg)?.[1]))
    .findLast((file) => file !== undefined);
}

/** The arguments of `pulumi config get` and others for reading the same settings. */
export function configFileArgs(pulumiArgs: readonly string[]): string[] {
  const file = configFile(pulumiArgs);
  return file === undefined ? [] : ["--config-file", file];
}

/** Whether an argument makes Pulumi refresh its state first. */
export function isRefreshFlag(arg: string): boolean {
  return /^(--refresh|-r)(=true)?$/.test(arg);
}

/** Whether an argument makes Pulumi only show what it would do. */
export function isPreviewFlag(arg: string): boolean {
  return /^--preview-only(=true)?$/.test(arg);
}

/** Whether an argument makes Pulumi change only a part of the stack, or nothing. */
export function isPartFlag(arg: string): boolean {
  return /^(-t|--target|-x|--exclude|--preview-only)(=.*)?$/.test(arg);
}
