import { shellQuote } from "../shellQuote.ts";

/** A Pulumi command with the variables that it needs, to paste into a shell in the checkout. */
export function pulumiCommand(args: readonly string[], extraEnv: Readonly<Record<string, string>>): string {
  const variables = Object.entries(extraEnv).map(([name, value]) => `${name}=${shellQuote(value)}`);
  return [...variables, "pulumi", ...args.map(shellQuote)].join(" ");
}
