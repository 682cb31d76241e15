import { existsSync, readdirSync } from "node:fs";
import { describeError } from "./describeError.ts";
import { SettingsError } from "./errors.ts";
import type { Handler } from "./handler.ts";

const HANDLERS = new URL("./handlers/", import.meta.url);

/**
 * Loads the handler of a kind.
 *
 * @throws SettingsError when `handlers/` has no file for it, or the file cannot be loaded or does not export the kind's handler.
 */
export async function loadHandler(kind: string): Promise<Handler> {
  const file = new URL(`${kind}.ts`, HANDLERS);
  if (!existsSync(file)) {
    const kinds = readdirSync(HANDLERS)
      .filter((name) => /^[a-z0-9_]+\.ts$/.test(name))
      .map((name) => name.slice(0, -".ts".length));
    throw new SettingsError([`KIND must be ${kinds.join(" or ")} (the files of worker/src/handlers); got "${kind}"`]);
  }
  const path = `worker/src/handlers/${kind}.ts`;
  const { handler } = (await import(file.href).catch((error: unknown) => {
    throw new SettingsError([`cannot load ${path}: ${describeError(error)}`]);
  })) as { handler?: Handler | null };
  const problem = findProblem(handler, kind);
  if (problem !== undefined)
    throw new SettingsError([`${path} must export a handler of kind "${kind}"; got ${problem}`]);
  return handler as Handler;
}

/** What a handler lacks: each of its requests would fail, or be DEAD at once. */
function findProblem(handler: Handler | null | undefined, kind: string): string | undefined {
  if (handler === undefined) return "no such export";
  if (handler?.kind !== kind) return `one of kind ${JSON.stringify(handler?.kind)}`;
  const missing = (["check", "run"] as const).find((name) => typeof handler[name] !== "function");
  return missing && `one without the function ${missing}`;
}
