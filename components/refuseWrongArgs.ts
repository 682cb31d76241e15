import { RunError } from "@pulumi/pulumi";
import type { Rule } from "./rule.ts";

/**
 * Checks a component's arguments; call it before creating anything.
 *
 * @throws RunError with one line for each problem; Pulumi prints it without a stack trace.
 */
export function refuseWrongArgs(component: string, rule: Rule, args: object): void {
  const problems: string[] = [];
  rule("", args, problems);
  if (problems.length > 0) throw new RunError(`the arguments of ${component}:\n${problems.join("\n")}`);
}
