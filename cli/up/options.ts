/** What `npm run up` and `npm run down` are told on their command line. */
export interface Options {
  readonly stack: string;
  /** Everything else: Pulumi's own. */
  readonly passedOn: readonly string[];
  readonly help: boolean;
}

/** The stack that is taken, and made, where none is named. */
export const DEFAULT_STACK = "dev";

/**
 * Reads a command line. Only `--stack NAME` and `--help` are ours.
 *
 * @throws RangeError when `--stack` has no name.
 */
export function readOptions(args: readonly string[]): Options {
  let stack: string = DEFAULT_STACK;
  const passedOn: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [, joined] = /^(?:--stack|-s)=(.*)$/.exec(arg) ?? [];
    if (joined !== undefined) stack = joined;
    else if (arg === "--stack" || arg === "-s") stack = args[++at] ?? "";
    else passedOn.push(arg);
  }
  if (stack === "" || stack.startsWith("-")) {
    throw new RangeError(`--stack must be a stack's name (pulumi stack ls); got ${JSON.stringify(stack)}`);
  }
  return { stack, passedOn, help: passedOn.some((arg) => arg === "--help" || arg === "-h") };
}

/** The value that `--config KEY=VALUE` gives a key of this project, which the stack does not know before `pulumi up`. */
export function configured(passedOn: readonly string[], key: string): string | undefined {
  let value: string | undefined;
  for (const [at, arg] of passedOn.entries()) {
    const pair =
      /^(?:--config|-c)=(.*)$/s.exec(arg)?.[1] ?? (/^(--config|-c)$/.test(arg) ? passedOn[at + 1] : undefined);
    const [, name, its] = /^(?:postgres-batch:)?(\w+)=(.*)$/s.exec(pair ?? "") ?? [];
    if (name === key) value = its;
  }
  return value;
}
