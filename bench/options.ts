import { parseArgs } from "node:util";
import { type NumberRule, parseNumber } from "../worker/src/number.ts";

/** A number on a bench's command line. */
export interface OptionRule extends NumberRule {
  readonly byDefault: number;
}

export type Options = Readonly<Record<string, number>>;

/** How large the tables are, where a bench needs large ones; smaller is for trying out. */
export const SIZES = {
  finished: { min: 0, max: 100_000_000, why: "each takes about 0.5 kB of disk" },
  waiting: { min: 1_000, max: 10_000_000, why: "the longest measurement claims thousands" },
} as const satisfies Record<string, NumberRule>;

/**
 * The numbers asked for on the command line, defaults where nothing was.
 *
 * @throws RangeError naming the option, or all of them where it is none, and what is allowed.
 */
export function readOptions(args: readonly string[], rules: Readonly<Record<string, OptionRule>>): Options {
  const given = parse(args, Object.keys(rules));
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const text = given[name];
      return [name, text === undefined ? rule.byDefault : parseNumber(`--${name}`, String(text), rule)];
    }),
  );
}

function parse(args: readonly string[], names: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
    return parseArgs({ args: [...args], options }).values;
  } catch {
    const allowed = names.map((name) => `--${name} N`).join(", ");
    throw new RangeError(`options must be ${allowed} (this bench has no others); got ${args.join(" ")}`);
  }
}
