import { parseArgs } from "node:util";
import { type NumberRule, parseNumber } from "../../worker/src/number.ts";

/** A number on a bench's command line. */
export interface OptionRule extends NumberRule {
  readonly byDefault: number;
}

/** How large the tables are, where a bench needs large ones; smaller is for trying out. */
export const SIZES = {
  finished: { min: 0, max: 100_000_000, why: "each takes about 0.5 kB of disk" },
  waiting: { min: 1_000, max: 10_000_000, why: "the longest measurement claims thousands" },
} as const satisfies Record<string, NumberRule>;

/**
 * The numbers asked for on the command line, defaults where nothing was, and which flags were given.
 *
 * @throws RangeError naming the option, or all of them where it is none, and what is allowed.
 */
export function readOptions<Name extends string, Flag extends string = never>(
  args: readonly string[],
  rules: Readonly<Record<Name, OptionRule>>,
  flags: readonly Flag[] = [],
): Readonly<Record<Name, number> & Record<Flag, boolean>> {
  const names = Object.keys(rules) as Name[];
  const given = parse(args, names, flags);
  const numbers = names.map((name) => {
    const text = given[name];
    return [name, text === undefined ? rules[name].byDefault : parseNumber(`--${name}`, String(text), rules[name])];
  });
  return Object.fromEntries([...numbers, ...flags.map((flag) => [flag, given[flag] === true])]);
}

function parse(
  args: readonly string[],
  names: readonly string[],
  flags: readonly string[],
): Readonly<Record<string, unknown>> {
  const options = [
    ...names.map((name) => [name, { type: "string" }] as const),
    ...flags.map((flag) => [flag, { type: "boolean" }] as const),
  ];
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(options) }).values;
  } catch {
    const allowed = [...names.map((name) => `--${name} N`), ...flags.map((flag) => `--${flag}`)].join(", ");
    throw new RangeError(`options must be ${allowed} (there are no others); got ${args.join(" ")}`);
  }
}
