import { readFileSync } from "node:fs";
import { load } from "js-yaml";

/** A key declared in Pulumi.yaml, with its default as the program gets it: JSON for a structure. */
interface DeclaredKey {
  readonly type: string;
  readonly description: string;
  readonly defaultValue: string;
}

/** The stack's keys declared in Pulumi.yaml. */
export function declaredConfig(): Readonly<Record<string, DeclaredKey>> {
  const project = load(readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8")) as {
    readonly config: Record<string, { type: string; description: string; default: unknown }>;
  };
  return Object.fromEntries(
    Object.entries(project.config)
      .filter(([key]) => !key.includes(":"))
      .map(([key, { type, description, default: value }]) => [
        key,
        { type, description, defaultValue: typeof value === "object" ? JSON.stringify(value) : String(value) },
      ]),
  );
}

/** The default of every key, as in a stack without settings. */
export function declaredDefaults(): Record<string, string> {
  return Object.fromEntries(Object.entries(declaredConfig()).map(([key, { defaultValue }]) => [key, defaultValue]));
}
