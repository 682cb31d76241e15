import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { podRule } from "../../../components/podRules.ts";
import type { Rule } from "../../../components/rule.ts";

/** The problems that a rule finds in a value. */
export function ruleProblems(rule: Rule, path: string, value: unknown): string[] {
  const found: string[] = [];
  rule(path, value, found);
  return found;
}

/** The problems of a batch's setting `pod`. */
export function podProblems(pod: unknown, hasCommand = false): string[] {
  return ruleProblems(podRule(hasCommand), "pod", pod);
}

/** The problems with which a program is ended, one line each; empty if it is not. */
export function programProblems(run: () => unknown): string[] {
  try {
    run();
    return [];
  } catch (error) {
    assert.ok(RunError.isInstance(error), "Pulumi prints a RunError without a stack");
    return error.message.split("\n").slice(1);
  }
}

/** The message of the only problem, which shows no password. */
export function onlyProblem([message = "", ...others]: readonly string[]): string {
  assert.deepEqual(others, []);
  assert.ok(!message.includes("geheim"), message);
  return message;
}

/** Asserts that there is one problem, whose message contains these words and shows no password. */
export function assertOneProblem(found: readonly string[], says: string): void {
  const message = onlyProblem(found);
  assert.ok(message.includes(says), message);
}

/** Asserts that a program is ended with one such problem. */
export function assertRefused(run: () => unknown, says: string): void {
  assertOneProblem(programProblems(run), says);
}
