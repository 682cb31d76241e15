import type { Pace } from "./drive.ts";
import type { Limit } from "./limit.ts";
import { median } from "./samples.ts";
import { ms, printTable, whole } from "./table.ts";

export const CONNECTIONS = [1, 16, 100] as const;

/** In the order of turns: the yardstick right beside what is measured by it. */
export const SIDES = ["bare", "finish", "load"] as const;

export type Connections = (typeof CONNECTIONS)[number];
export type Side = (typeof SIDES)[number];

/** One turn of each side at each number of connections. */
export type Round = (connections: Connections, side: Side) => Pace;

const TOLD: Readonly<Record<Side, string>> = {
  bare: "two bare updates",
  finish: "claim + finish",
  load: "claim + load + finish",
};

/**
 * Prints the medians over the rounds.
 *
 * A ratio is the median of the rounds' own ratios: a neighbour's burst of work spoils the round it falls on, no more.
 */
export function reportClaim(rounds: readonly Round[]): Limit[] {
  const over = (pick: (round: Round) => number) => median(rounds.map(pick));
  const slower = (at: Connections, side: Side) => over((round) => round(at, side).p50 / round(at, "bare").p50);
  const kept = (at: Connections, side: Side) =>
    over((round) => round(at, side).perSecond / round(at, "bare").perSecond);

  const rows = CONNECTIONS.flatMap((at) =>
    SIDES.map((side) => [
      `${at}: ${TOLD[side]}`,
      ms(over((round) => round(at, side).p50)),
      slower(at, side).toFixed(2),
      whole(over((round) => round(at, side).perSecond)),
      kept(at, side).toFixed(2),
    ]),
  );
  printTable(["connections", "p50", "ratio", "per second", "ratio"], rows);

  const collapse = over((round) => round(100, "finish").perSecond / round(16, "finish").perSecond);
  return [
    ratio("claim + finish over two bare updates, p50, 1 connection", slower(1, "finish"), "at most", 1.5),
    ratio("claim + finish over two bare updates, per second, 16 connections", kept(16, "finish"), "at least", 0.6),
    ratio("claim + finish, per second, 100 connections over 16", collapse, "at least", 0.6),
  ];
}

function ratio(what: string, measured: number, bound: Limit["bound"], limit: number): Limit {
  return { what, measured, bound, limit };
}
