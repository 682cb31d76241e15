import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../../support/limit.ts";
import { connectionFindings } from "./connectionFindings.ts";
import type { Session } from "./sessions.ts";

const session = (host: string, user: string, tls = true): Session => ({ host, user, database: "any", tls });

const NODES = ["192.0.2.2", "192.0.2.3"];
const HERE = "127.0.0.1";
const GOOD = [
  session("[local]", "postgres", false),
  ...["batch_worker", "batch_scaler", "shop_admin", "depot_scaler", "depot_admin"].map((role) =>
    session("192.0.2.3", role),
  ),
  session(HERE, "depot_admin"),
  session(HERE, "depot_worker"),
];

const isGood = (sessions: readonly Session[]) => connectionFindings(sessions, NODES).every(isKept);

describe("the connections of both stacks", () => {
  test("are correct if one stack's workers connect through PgBouncer and everything else connects from the nodes", () => {
    assert.ok(isGood(GOOD));
  });

  for (const [what, sessions] of Object.entries({
    "a connection without TLS": [...GOOD, session("192.0.2.3", "batch_worker", false)],
    "a worker that passes PgBouncer by": [...GOOD, session("192.0.2.2", "depot_worker")],
    "no worker at PgBouncer": GOOD.slice(0, -1),
    "more connections of PgBouncer's than its pool has": [...GOOD, ...Array(3).fill(GOOD.at(-1))],
    "a poll that nothing is seen of": GOOD.filter(({ user }) => user !== "depot_scaler"),
  }))
    test(`are wrong with ${what}`, () => assert.equal(isGood(sessions), false));
});
