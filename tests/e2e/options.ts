import { parseArgs } from "node:util";
import { type NumberRule, parseNumber } from "../../worker/src/number.ts";

const POLLS: NumberRule = { min: 1, max: 1_000, why: "each takes a pollingInterval" };

/** What `npm run e2e -- ...` asks for. */
export interface Options {
  readonly names: readonly string[];
  readonly polls: number;
  readonly keep: boolean;
}

/**
 * Reads the arguments. No name means `all`.
 *
 * @throws RangeError or TypeError saying what is allowed.
 */
export function readOptions(args: readonly string[], all: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { polls: { type: "string", default: "20" }, keep: { type: "boolean", default: false } },
  });
  const wrong = positionals.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw new RangeError(`NAME must be ${known.join(", ")} (npm run e2e -- NAME); got ${JSON.stringify(wrong)}`);
  }
  const polls = parseNumber("--polls", values.polls, POLLS);
  return { names: positionals.length > 0 ? positionals : all, polls, keep: values.keep };
}
