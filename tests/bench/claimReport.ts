import { atLeast, atMost, type Limit } from "../support/limit.ts";
import { median, percentile } from "../support/samples.ts";
import type { Throughput } from "./closedLoop.ts";
import { formatInteger, ms, printTable } from "./table.ts";

export const CONNECTIONS = [1, 16, 100] as const;

/** In the order of turns: the baseline directly next to what is compared with it. The last three have no limits: they show what is possible. */
export const VARIANTS = ["many", "bare", "one", "unguarded", "functions", "unguardedMany"] as const;

type Connections = (typeof CONNECTIONS)[number];
export type Variant = (typeof VARIANTS)[number];

/** A variant at a number of connections. */
export type Turn = `${Connections} ${Variant}`;

const LABELS: Readonly<Record<Variant, string>> = {
  many: "claim + finish, Jobs of many",
  bare: "update, read, update",
  one: "claim + finish, Jobs of one",
  unguarded: "the same writes without guarantees",
  functions: "the same in functions",
  unguardedMany: "the same in functions, Jobs of many",
};

/**
 * Prints the medians over the rounds, and the spread of the rounds' ratios.
 *
 * A ratio is the median of the rounds' own ratios: a burst of other load spoils only one round.
 */
export function reportClaim(rounds: readonly Readonly<Record<Turn, Throughput>>[]): Limit[] {
  const typical = (what: keyof Throughput, turn: Turn) => median(rounds.map((round) => round[turn][what]));
  const ratios = (what: keyof Throughput, turn: Turn, over: Turn) =>
    rounds.map((round) => round[turn][what] / round[over][what]);

  const rows = CONNECTIONS.flatMap((at) =>
    VARIANTS.map((variant) => [
      `${at}: ${LABELS[variant]}`,
      ms(typical("p50", `${at} ${variant}`)),
      variant === "bare" ? "" : spread(ratios("p50", `${at} ${variant}`, `${at} bare`)),
      formatInteger(typical("perSecond", `${at} ${variant}`)),
      variant === "bare" ? "" : spread(ratios("perSecond", `${at} ${variant}`, `${at} bare`)),
    ]),
  );
  printTable(["connections", "p50", "ratio (quartiles)", "per second", "ratio (quartiles)"], rows);

  return (["many", "one"] as const).flatMap((variant) => {
    const overBare = `${LABELS[variant]}, over ${LABELS.bare}`;
    const latency = median(ratios("p50", `1 ${variant}`, "1 bare"));
    const throughput = median(ratios("perSecond", `16 ${variant}`, "16 bare"));
    const scaled = median(ratios("perSecond", `100 ${variant}`, `16 ${variant}`));
    return [
      atMost(1.4, `${overBare}: p50, 1 connection`, latency),
      atLeast(0.65, `${overBare}: per second, 16 connections`, throughput),
      atLeast(0.6, `${LABELS[variant]}: per second, 100 connections over 16`, scaled),
    ];
  });
}

/** `1.23 (1.19 to 1.31)`: the median and the quartiles. */
function spread(ratios: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => percentile(ratios, part).toFixed(2));
  return `${middle} (${low} to ${high})`;
}
