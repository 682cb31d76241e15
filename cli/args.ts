import { Command, CommanderError, Option } from "commander";
import { type NumberRule, parseNumber } from "../worker/src/number.ts";
import { optionsConsumedByNpm } from "./optionsConsumedByNpm.ts";
import { UsageError } from "./usageError.ts";

/** An option with a number: `--max-replica-count <N>`. */
export interface NumberOption {
  readonly help?: string;
  readonly rule: NumberRule;
  /** @default - undefined if not given */
  readonly defaultValue?: number;
}

/** An option with a non-empty text: `--keep <DIR>`. */
export interface TextOption {
  readonly help: string;
  readonly placeholder: string;
  /** What the text must be, for the message about an empty or forgotten value. */
  readonly what: string;
  /** A letter as a short form. @default - none */
  readonly short?: string;
  readonly defaultValue?: string;
}

/** An option without a value: `--json`. */
export interface FlagOption {
  readonly help: string;
  /** Accepted, but not shown in the help. @default false */
  readonly hidden?: boolean;
}

/** An option of a command line: a number, a text, or a flag. */
export type OptionSpec = NumberOption | TextOption | FlagOption;

/** A command's command line. Options are in camelCase here and in kebab-case on the command line. */
export interface CommandSpec<Options extends Readonly<Record<string, OptionSpec>>> {
  /** How the command is run: `npm start --`. */
  readonly name: string;
  readonly description: string;
  readonly options: Options;
  /** Positional words, each one of `choices`. @default - none allowed */
  readonly words?: { readonly name: string; readonly help: string; readonly choices: readonly string[] };
  /** Text at the end of the help. @default - none */
  readonly notes?: string;
  /**
   * Whether unknown options are kept in `rest`, in order, for another program instead of being refused.
   *
   * @default false
   */
  readonly passRest?: boolean;
  /** With `passRest`: the other program's options that are refused if npm took them, because they change what it does. @default - none */
  readonly restOptions?: readonly string[];
}

type Value<Spec extends OptionSpec> = Spec extends { readonly rule: NumberRule }
  ? Spec extends { readonly defaultValue: number }
    ? number
    : number | undefined
  : Spec extends { readonly placeholder: string }
    ? Spec extends { readonly defaultValue: string }
      ? string
      : string | undefined
    : boolean;

/** The values of a command line. */
export interface Args<Options extends Readonly<Record<string, OptionSpec>>> {
  readonly options: { readonly [Name in keyof Options]: Value<Options[Name]> };
  /** The options that were given. */
  readonly given: ReadonlySet<keyof Options>;
  readonly words: readonly string[];
  readonly rest: readonly string[];
}

/** Thrown for `--help`: `runCommand` prints the text and exits with 0. */
export class HelpRequest extends Error {
  readonly text: string;

  constructor(text: string) {
    super("help was requested");
    this.text = text;
  }
}

/**
 * Reads a command line.
 *
 * @throws UsageError naming the first unknown option, or else every wrong value and what is allowed; HelpRequest for `--help`.
 */
export function readArgs<const Options extends Readonly<Record<string, OptionSpec>>>(
  spec: CommandSpec<Options>,
  allArgs: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Args<Options> {
  // npm removes the `--` before a script's options; pnpm passes it on.
  const args = allArgs[0] === "--" ? allArgs.slice(1) : allArgs;
  const command = createCommand(spec);
  const flags = [...Object.keys(spec.options).map(getFlag), ...(spec.restOptions ?? [])];
  const missing = flags.filter((flag) => !args.some((arg) => arg.split("=")[0] === flag));
  const consumed = optionsConsumedByNpm(spec.name, missing, env);
  try {
    command.parse(spec.passRest ? detachShortValues(spec, args) : args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      throw new HelpRequest([command.helpInformation().trimEnd(), ...(spec.notes ? ["", spec.notes] : [])].join("\n"));
    }
    const message = error.message.replace(/^error: |\.$/g, "").replace(/\n/g, " ");
    throw new UsageError(`${message}; see ${spec.name} --help`, { cause: error });
  }
  const texts = command.opts<Readonly<Record<string, string | true>>>();
  const problems: string[] = [];
  const options = Object.entries(spec.options).map(([name, option]) => {
    try {
      return [name, readValue(getFlag(name), option, texts[name])];
    } catch (error) {
      problems.push((error as Error).message);
      return [name, undefined];
    }
  });
  const words = spec.passRest ? [] : command.args;
  if (spec.words) {
    for (const word of words.filter((each) => !spec.words?.choices.includes(each))) {
      problems.push(`${spec.words.name} must be ${spec.words.choices.join(", ")}; got ${JSON.stringify(word)}`);
    }
  } else if (words[0] !== undefined && consumed.length === 0) {
    // Otherwise it is the value of an option that npm has kept: `npm start --requests 5`.
    problems.push(
      `every argument must be an option or its value (one with blanks needs quotes); got ${JSON.stringify(words[0])}`,
    );
  }
  const given = Object.keys(spec.options).filter((name) => texts[name] !== undefined);
  problems.push(...consumed);
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return {
    options: Object.fromEntries(options) as Args<Options>["options"],
    given: new Set(given),
    words,
    rest: spec.passRest ? command.args : [],
  };
}

function createCommand({
  name,
  description,
  options,
  words,
  passRest,
}: CommandSpec<Record<string, OptionSpec>>): Command {
  const command = new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption("-h, --help", "print this help")
    .allowExcessArguments(true)
    .allowUnknownOption(passRest === true);
  if (words) command.argument(`[${words.name}...]`, words.help);
  for (const [optionName, option] of Object.entries(options)) {
    const hidden = "hidden" in option && option.hidden === true;
    command.addOption(new Option(getFlags(optionName, option), getHelp(option)).hideHelp(hidden));
  }
  return command;
}

/** An option as it is written on the command line: `--max-replica-count`. */
export function getFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function getFlags(name: string, option: OptionSpec): string {
  if ("rule" in option) return `${getFlag(name)} <${option.rule.fractions ? "S" : "N"}>`;
  if (!("placeholder" in option)) return getFlag(name);
  return `${option.short === undefined ? "" : `-${option.short}, `}${getFlag(name)} <${option.placeholder}>`;
}

function getHelp(option: OptionSpec): string {
  const { help = "" } = option;
  const defaultValue = "defaultValue" in option ? option.defaultValue : undefined;
  const notes = [
    ...("rule" in option ? [`${option.rule.min} to ${option.rule.max}`] : []),
    ...(defaultValue === undefined ? [] : [`default ${defaultValue}`]),
  ];
  return [help, notes.length > 0 ? `(${notes.join("; ")})` : ""].filter(Boolean).join(" ");
}

function readValue(flag: string, option: OptionSpec, text: string | true | undefined): unknown {
  if ("rule" in option) {
    return text === undefined ? option.defaultValue : parseNumber(flag, String(text), option.rule);
  }
  if (!("placeholder" in option)) return text === true;
  if (text === undefined) return option.defaultValue;
  // An option instead of a value means that the value was forgotten.
  if (text === true || text === "" || text.startsWith("-")) {
    throw new UsageError(`${flag} must be ${option.what}; got ${JSON.stringify(text)}`);
  }
  return text;
}

/** `-s=dev` means `-s dev`, as in Pulumi; commander would read the value `=dev`. */
function detachShortValues(
  { options }: CommandSpec<Readonly<Record<string, OptionSpec>>>,
  args: readonly string[],
): string[] {
  const shorts = Object.values(options).flatMap((option) => ("short" in option && option.short ? [option.short] : []));
  return args.flatMap((arg) => {
    const [, short = "", value = ""] = /^-(\w)=(.*)$/s.exec(arg) ?? [];
    return shorts.includes(short) ? [`-${short}`, value] : [arg];
  });
}
