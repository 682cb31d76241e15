import { readArgs } from "../args.ts";

/** The command line of `npm run up` and `npm run down`. */
export interface Options {
  readonly stack: string;
  /** Every other argument, for Pulumi. */
  readonly pulumiArgs: readonly string[];
}

/** The content of a command's help. */
export interface Help {
  /** How the command is run: `npm run up --`. */
  readonly name: string;
  readonly description: string;
  readonly notes: string;
}

/** The stack if none is named. */
export const DEFAULT_STACK = "dev";

/**
 * Reads a command line. Only `--stack NAME` and `--help` are ours.
 *
 * @throws UsageError when `--stack` has no name; HelpRequest for `--help`.
 */
export function readOptions(help: Help, args: readonly string[]): Options {
  const stack = {
    help: "the stack",
    placeholder: "NAME",
    what: "a stack's name (pulumi stack ls)",
    short: "s",
    defaultValue: DEFAULT_STACK,
  };
  const { options, rest } = readArgs({ ...help, options: { stack }, passRest: true }, args);
  return { stack: options.stack, pulumiArgs: rest };
}
