import { readFileSync } from "node:fs";
import { load } from "js-yaml";

/** A key as Pulumi.yaml declares it; its default as the program gets it. */
export interface DeclaredKey {
  readonly type: string;
  readonly description: string;
  readonly byDefault: string;
}

/** The stack's keys as Pulumi.yaml declares them. */
export function declaredConfig(): Readonly<Record<string, DeclaredKey>> {
  const project = load(readFileSync(new URL("../../Pulumi.yaml", import.meta.url), "utf8")) as {
    readonly config: Record<string, { type: string; description: string; default: unknown }>;
  };
  return Object.fromEntries(
    Object.entries(project.config)
      .filter(([key]) => !key.includes(":"))
      .map(([key, { type, description, default: byDefault }]) => [
        key,
        { type, description, byDefault: String(byDefault) },
      ]),
  );
}
