import { shellQuote } from "../shellQuote.ts";

/** A command of Pulumi's with the variables that it needs, to be pasted into a shell in the checkout. */
export function pulumiCommand(args: readonly string[], extraEnv: Readonly<Record<string, string>>): string {
  const variables = Object.entries(extraEnv).map(([name, value]) => `${name}=${shellQuote(value)}`);
  return [...variables, "pulumi", ...args.map(shellQuote)].join(" ");
}
