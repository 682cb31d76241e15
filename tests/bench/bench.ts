import type { BenchContext } from "./context.ts";
import type { Limit } from "./limit.ts";
import type { OptionRule } from "./options.ts";

/** One question of cost, asked of the real thing on a server of its own. */
export interface Bench<Option extends string = string> {
  /** What the limits claim, in one line. */
  readonly promise: string;
  readonly options: Readonly<Record<Option, OptionRule>>;
  /** Prints what it measures; resolves with the limits, kept or not. */
  run(options: Readonly<Record<Option, number>>, context: BenchContext): Promise<readonly Limit[]>;
}
