import { RunError } from "@pulumi/pulumi";
import type { Rule } from "./rule.ts";

/**
 * Checks a component's arguments; call it before creating anything.
 *
 * @param areSecret - whether no message may show a value
 * @throws RunError with one line for each problem; Pulumi prints it without a stack trace.
 */
export function refuseWrongArgs(component: string, rule: Rule, args: object, areSecret = false): void {
  const problems: string[] = [];
  rule("", args, problems);
  if (problems.length === 0) return;
  const lines = areSecret ? problems.map(withoutValue) : problems;
  throw new RunError(`the arguments of ${component}:\n${lines.join("\n")}`);
}

/** A problem without the value that it shows. */
export function withoutValue(problem: string): string {
  return problem.replace(/; got (?!nothing$).*$/s, "; got a secret");
}
