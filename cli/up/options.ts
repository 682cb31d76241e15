import { readArgs } from "../args.ts";
import { UsageError } from "../usageError.ts";

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

/** The stack if neither the command line nor PULUMI_STACK names one. */
const DEFAULT_STACK = "dev";

/** Whether a printed command needs no `--stack`. */
export function isDefaultStack(stack: string): boolean {
  return stack === DEFAULT_STACK && !process.env.PULUMI_STACK;
}

/** Pulumi's options that change what is done to which cluster; npm has `--dry-run` as well. */
const PULUMI_OPTIONS = (
  "--config --config-file --config-path --cwd --dry-run --preview-only --refresh --remove --target --target-dependents --target-replace " +
  "--replace --exclude --exclude-dependents --exclude-protected --run-program --expect-no-changes --parallel"
).split(" ");

/** Pulumi's options without a value, which a stack's name may follow by mistake. */
const PULUMI_FLAGS = new RegExp(
  `^(-[ydfrjehQ]+|--(${[
    "yes|skip-preview|preview-only|refresh|remove|run-program|debug|diff|json|dry-run|config-path|continue-on-error",
    "expect-no-changes|target-dependents|exclude-dependents|exclude-protected|attach-debugger|non-interactive|emoji",
    "ignore-protect|neo|strict|urns|skip-config-validation|skip-plugin-pre-install",
    "show-(config|full-output|policy-remediations|reads|replacement-steps|sames|secrets)",
    "suppress-(outputs|permalink|progress)|logflow|logtostderr|disable-integrity-checking|fully-qualify-stack-names",
  ].join("|")}))$`,
);

/** An option that only Pulumi reads as a stack: behind a second `--`, or `-s` together with other letters (`-ys prod`). */
const PULUMI_STACK = /^(--stack(=|$)|-[ydfrjehQ]+s)/;

/**
 * Reads a command line. Only `--stack NAME` and `--help` are ours.
 *
 * @throws UsageError when `--stack` has no name, or only Pulumi would read it, for a word that belongs to no option (`pulumi destroy`
 *   ignores it, and would remove the default stack), and for options that npm took for itself; HelpRequest for `--help`.
 */
export function readOptions(help: Help, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Options {
  const stack = {
    help: "the stack",
    placeholder: "NAME",
    what: "a stack's name (pulumi stack ls)",
    short: "s",
    defaultValue: env.PULUMI_STACK || DEFAULT_STACK,
  };
  const { options, rest } = readArgs(
    { ...help, options: { stack }, passRest: true, restOptions: PULUMI_OPTIONS },
    args,
    env,
  );
  const word = findWord(rest);
  if (word !== undefined) {
    throw new UsageError(
      `every argument must be an option or its value (a stack is --stack NAME, after --: ${help.name} --stack NAME); got ${JSON.stringify(word)}`,
    );
  }
  const other = rest.find((arg) => PULUMI_STACK.test(arg));
  if (other !== undefined) {
    throw new UsageError(
      `a stack must be --stack NAME or -s NAME, an option of its own (which is checked and used); got ${JSON.stringify(other)}`,
    );
  }
  return { stack: options.stack, pulumiArgs: rest };
}

/** The first word that is neither an option nor its value. */
function findWord(args: readonly string[]): string | undefined {
  return args.find((arg, at) => {
    const before = args[at - 1] ?? "";
    return !arg.startsWith("-") && (!before.startsWith("-") || before.includes("=") || PULUMI_FLAGS.test(before));
  });
}
