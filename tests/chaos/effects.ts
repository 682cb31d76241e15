import { formatInteger } from "../bench/table.ts";
import { atLeast, atMost, exactly, type Limit } from "../support/limit.ts";
import type { CommandKills } from "./commandKills.ts";
import type { KillOptions } from "./options.ts";

/** What killed commands left in the database. */
export interface EffectCounts {
  readonly requests: number;
  readonly succeeded: number;
  readonly finishedTwice: number;
  readonly unfinished: number;
  readonly attempts: number;
  readonly crashed: number;
  /** Attempts that neither succeeded nor crashed. */
  readonly failedOtherwise: number;
  readonly effectsWanted: number;
  readonly effects: number;
  readonly effectsMissing: number;
  readonly effectsTwice: number;
  /** Transactions of commands whose request already belonged to another attempt. */
  readonly refused: number;
  /** Calls of batch.finish() that were repeated because the answer was lost, and changed nothing. */
  readonly repeated: number;
}

/** The lines of the table: what, how many. */
export function toRows(kills: CommandKills, counts: EffectCounts, seconds: number): string[][] {
  return [
    ["kills", formatInteger(total(kills))],
    ["  of a runner, whose command lived on", formatInteger(kills.runner)],
    ["  of a command", formatInteger(kills.command)],
    ["  of both", formatInteger(kills.both)],
    ["requests", formatInteger(counts.requests)],
    ["SUCCESS", formatInteger(counts.succeeded)],
    ["attempts", formatInteger(counts.attempts)],
    ["  crashed", formatInteger(counts.crashed)],
    ["effects", formatInteger(counts.effects)],
    ["  missing", formatInteger(counts.effectsMissing)],
    ["  there twice", formatInteger(counts.effectsTwice)],
    ["late transactions, refused", formatInteger(counts.refused)],
    ["finish, called again after its answer was lost", formatInteger(counts.repeated)],
    ["seconds", seconds.toFixed(1)],
  ];
}

/** The limits of an experiment with commands. */
export function toLimits(options: Pick<KillOptions, "kills">, kills: CommandKills, counts: EffectCounts): Limit[] {
  return [
    atLeast(options.kills, "kills", total(kills)),
    exactly(counts.requests, "requests with SUCCESS", counts.succeeded),
    atMost(0, "requests finished twice", counts.finishedTwice),
    atMost(0, "requests unfinished", counts.unfinished),
    exactly(counts.effectsWanted, "effects", counts.effects),
    atMost(0, "effects missing", counts.effectsMissing),
    atMost(0, "effects there twice", counts.effectsTwice),
    atMost(total(kills), "crashed attempts", counts.crashed),
    atMost(0, "attempts that failed without being killed", counts.failedOtherwise),
  ];
}

function total({ runner, command, both }: CommandKills): number {
  return runner + command + both;
}
