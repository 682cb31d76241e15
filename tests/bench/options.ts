import type { NumberRule } from "../../worker/src/number.ts";

/** A number on a bench's command line: `--finished <N>`. */
export interface OptionRule extends NumberRule {
  readonly defaultValue: number;
  /** A description of the number. */
  readonly help: string;
}

/** The size of the tables for benches that need large ones; smaller sizes are for trying out. */
export const SIZES = {
  finished: {
    min: 0,
    max: 100_000_000,
    why: "each takes about 0.5 kB of disk",
    help: "finished requests in the tables",
  },
  waiting: {
    ...{ min: 1_000, max: 10_000_000, why: "the longest measurement claims thousands" },
    help: "waiting requests in the tables",
  },
} as const satisfies Record<string, NumberRule & Pick<OptionRule, "help">>;

/** Benches that compare variants measure them in turns; a round is one turn of each. */
export const TURNS = {
  rounds: {
    min: 1,
    max: 1_000,
    why: "medians over the rounds are what counts",
    help: "rounds, whose medians are compared",
    defaultValue: 20,
  },
  seconds: {
    min: 0.1,
    max: 60,
    fractions: true,
    why: "each round has several turns",
    help: "seconds of a turn",
    defaultValue: 1,
  },
} as const satisfies Record<string, OptionRule>;
