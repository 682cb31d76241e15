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
 * The numbers asked for, defaults where nothing was.
 *
 * @throws RangeError naming the option and what is allowed.
 */
export function readOptions(
  given: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, OptionRule>>,
): Options {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const text = given[name];
      return [name, text === undefined ? rule.byDefault : parseNumber(`--${name}`, String(text), rule)];
    }),
  );
}
