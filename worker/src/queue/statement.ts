import { readFileSync } from "node:fs";

/** The files of `sql/statements/`, without their ending. */
export type StatementName =
  | "announce_stop"
  | "claim"
  | "defer"
  | "demand"
  | "fail"
  | "reclaim"
  | "renew"
  | "report"
  | "succeed"
  | "succeed_and_claim"
  | "take_over";

/** A statement as node-postgres prepares it: by name, once per connection. */
export interface Statement {
  readonly name: StatementName;
  readonly text: string;
}

const loaded = new Map<StatementName, Statement>();

/** Loads a statement from `sql/statements/`, once per process. */
export function statement(name: StatementName): Statement {
  let found = loaded.get(name);
  if (!found) {
    const file = new URL(`../../../sql/statements/${name}.sql`, import.meta.url);
    found = { name, text: readFileSync(file, "utf8") };
    loaded.set(name, found);
  }
  return found;
}
