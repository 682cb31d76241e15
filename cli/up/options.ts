/** The command line of `npm run up` and `npm run down`. */
export interface Options {
  readonly stack: string;
  /** Every other argument, for Pulumi. */
  readonly pulumiArgs: readonly string[];
  readonly help: boolean;
}

/** The stack where none is named. */
export const DEFAULT_STACK = "dev";

/**
 * Reads a command line. Only `--stack NAME` and `--help` are ours.
 *
 * @throws RangeError when `--stack` has no name.
 */
export function readOptions(args: readonly string[]): Options {
  let stack: string = DEFAULT_STACK;
  const pulumiArgs: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [, joined] = /^(?:--stack|-s)=(.*)$/.exec(arg) ?? [];
    if (joined !== undefined) stack = joined;
    else if (arg === "--stack" || arg === "-s") stack = args[++at] ?? "";
    else pulumiArgs.push(arg);
  }
  if (stack === "" || stack.startsWith("-")) {
    throw new RangeError(`--stack must be a stack's name (pulumi stack ls); got ${JSON.stringify(stack)}`);
  }
  return { stack, pulumiArgs, help: pulumiArgs.some((arg) => arg === "--help" || arg === "-h") };
}

/** The value that `--config KEY=VALUE` gives a key of this project: the stack's settings have it only after `pulumi up`. */
export function configFlag(pulumiArgs: readonly string[], key: string): string | undefined {
  let value: string | undefined;
  for (const [at, arg] of pulumiArgs.entries()) {
    const pair =
      /^(?:--config|-c)=(.*)$/s.exec(arg)?.[1] ?? (/^(--config|-c)$/.test(arg) ? pulumiArgs[at + 1] : undefined);
    const [, name, text] = /^(?:postgres-batch:)?(\w+)=(.*)$/s.exec(pair ?? "") ?? [];
    if (name === key) value = text;
  }
  return value;
}

/** Whether an argument of Pulumi asks for a refresh of the state first. */
export function isRefreshFlag(arg: string): boolean {
  return /^(--refresh|-r)(=true)?$/.test(arg);
}
