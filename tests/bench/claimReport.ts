import { atLeast, atMost, type Limit } from "../support/limit.ts";
import { median, percentile } from "../support/samples.ts";
import type { Throughput } from "./closedLoop.ts";
import { formatInteger, ms, printTable } from "./table.ts";

export const CONNECTIONS = [1, 16, 100] as const;

/** In the order of turns: the baseline directly next to what is compared with it. The last two have no limits: they show what is possible. */
export const VARIANTS = ["many", "bare", "one", "unguarded", "functions"] as const;

export type Connections = (typeof CONNECTIONS)[number];
export type Variant = (typeof VARIANTS)[number];

/** One turn of each variant at each number of connections. */
export type Round = (connections: Connections, variant: Variant) => Throughput;

const LABELS: Readonly<Record<Variant, string>> = {
  many: "claim + finish, Jobs of many",
  bare: "update, read, update",
  one: "claim + finish, Jobs of one",
  unguarded: "the same writes without guarantees",
  functions: "the same in functions",
};

/**
 * Prints the medians over the rounds, and the spread of the rounds' ratios.
 *
 * A ratio is the median of the rounds' own ratios: a burst of other load spoils only one round.
 */
export function reportClaim(rounds: readonly Round[]): Limit[] {
  const over = (pick: (round: Round) => number) => rounds.map(pick);
  const latency = (at: Connections, variant: Variant) =>
    over((round) => round(at, variant).p50 / round(at, "bare").p50);
  const throughput = (at: Connections, variant: Variant) =>
    over((round) => round(at, variant).perSecond / round(at, "bare").perSecond);

  const rows = CONNECTIONS.flatMap((at) =>
    VARIANTS.map((variant) => [
      `${at}: ${LABELS[variant]}`,
      ms(median(over((round) => round(at, variant).p50))),
      variant === "bare" ? "" : spread(latency(at, variant)),
      formatInteger(median(over((round) => round(at, variant).perSecond))),
      variant === "bare" ? "" : spread(throughput(at, variant)),
    ]),
  );
  printTable(["connections", "p50", "ratio (quartiles)", "per second", "ratio (quartiles)"], rows);

  const collapse = (variant: Variant) =>
    median(over((round) => round(100, variant).perSecond / round(16, variant).perSecond));
  return (["many", "one"] as const).flatMap((variant) => [
    atMost(1.4, `${LABELS[variant]}, over ${LABELS.bare}: p50, 1 connection`, median(latency(1, variant))),
    atLeast(
      0.65,
      `${LABELS[variant]}, over ${LABELS.bare}: per second, 16 connections`,
      median(throughput(16, variant)),
    ),
    atLeast(0.6, `${LABELS[variant]}: per second, 100 connections over 16`, collapse(variant)),
  ]);
}

/** `1.23 (1.19 to 1.31)`: the median and the quartiles. */
function spread(ratios: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => percentile(ratios, part).toFixed(2));
  return `${middle} (${low} to ${high})`;
}
