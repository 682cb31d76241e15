import * as pulumi from "@pulumi/pulumi";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import type { Rule } from "./rule.ts";

/**
 * Checks a component's arguments once all of them are known: those that come from other resources could not be checked before. If one of
 * them is a secret, no message shows a value.
 *
 * @param use - computes the result from the checked arguments
 * @throws RunError as `refuseWrongArgs`, as a rejection.
 */
export function checkedArgs<Args extends object, Result>(
  component: string,
  rule: Rule,
  args: Args,
  use: (known: pulumi.Unwrap<Args>) => Result,
): pulumi.Output<Result> {
  const output = pulumi.output(args);
  const isSecret = pulumi.isSecret(output);
  return output.apply(async (known) => {
    refuseWrongArgs(component, rule, known as object, await isSecret);
    return use(known);
  }) as pulumi.Output<Result>;
}
