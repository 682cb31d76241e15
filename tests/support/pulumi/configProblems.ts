import { readStackConfig, type StackConfig } from "../../../components/stackConfig.ts";
import { declaredDefaults } from "./declaredConfig.ts";
import { programProblems } from "./problems.ts";

/** Keys with values other than the default; Pulumi passes structures to the program as JSON. */
export type Changed = Readonly<Record<string, unknown>>;

type Environment = Readonly<Record<string, string>>;

/** The stack's configuration with some keys changed. */
export function readConfig(changed: Changed, env: Environment = {}): StackConfig {
  const values: Record<string, unknown> = { ...declaredDefaults(), ...changed };
  return readStackConfig((key) => toText(values[key]), env);
}

/** The problems reported for a configuration, one line each; empty if it is valid. */
export function configProblems(changed: Changed, env: Environment = {}): string[] {
  return programProblems(() => readConfig(changed, env));
}

/** A value as Pulumi passes it to the program. */
export function toText(value: unknown): string | undefined {
  return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
}
