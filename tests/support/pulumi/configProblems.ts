import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { readStackConfig, type StackConfig } from "../../../components/stackConfig.ts";
import { declaredDefaults } from "./declaredConfig.ts";

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
  try {
    readConfig(changed, env);
    return [];
  } catch (error) {
    assert.ok(RunError.isInstance(error), "Pulumi prints a RunError without a stack");
    return error.message.split("\n").slice(1);
  }
}

/** A value as Pulumi passes it to the program. */
export function toText(value: unknown): string | undefined {
  return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
}
