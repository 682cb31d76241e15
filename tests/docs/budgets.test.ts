import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import type { Database } from "../../worker/src/database.ts";
import { DEFAULT_LIMITS, LIMIT_NAMES, mapLimits, RETRY_LIMITS } from "../../worker/src/retryLimits.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  type Claim,
  claimParams,
  claimWithReclaim,
  defer,
  type Failure,
  fail,
  poll,
  succeed,
} from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;

/** Ends an attempt as the worker itself does, for a reason that needs nothing else. */
function failWith(reason: Failure["reason"], final = false) {
  return (connection: Database, attempt: Claim) => fail(connection, attempt, { reason, message: "no", final });
}

/** How an attempt ends, by the table's name for it: one of the counters of a request, a success, or a final error. */
const ENDS: Readonly<Record<string, (connection: Database, attempt: Claim) => Promise<unknown>>> = {
  success: (connection, attempt) => succeed(connection, attempt),
  "final error": failWith("error", true),
  ...Object.fromEntries(
    Object.values(RETRY_LIMITS).map(({ counter, reason }) => [
      toSingular(counter),
      failWith(reason === "deferred" ? "error" : reason),
    ]),
  ),
  async deferral(connection, attempt) {
    await defer(connection, attempt, { afterSeconds: 0, message: "later" });
    // It also frees deferred requests whose time has come.
    await poll(connection);
  },
  crash: (connection) => connection.close(),
};

/** The table's lines, cell by cell. */
const LINES = readFileSync(new URL("../../docs/budgets.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

function toSingular(what: string): string {
  return what.replace(/(?<=crash)es$|(?<!s)s$/, "");
}

/** `2 errors, 1 crash` is error, error, crash. */
function parseEnds(story: string): string[] {
  return story.split(", ").flatMap((part) => {
    const [, count, what = ""] = /^(\d+) (.+)$/.exec(part) ?? [];
    const one = toSingular(what);
    assert.ok(one in ENDS, `${part} must be one of ${Object.keys(ENDS)}`);
    return Array<string>(Number(count)).fill(one);
  });
}

/** Records a crash whose Job has no next pod: the scaling query suspects it, and reaps it when its time is over. */
async function reap(): Promise<void> {
  const keda = database.connect();
  await poll(keda);
  await query("update batch.queue set suspected_at = suspected_at - interval '1 day'");
  await poll(keda);
}

describe("docs/budgets.md", () => {
  beforeEach(async () => {
    await database.reset();
    await query("insert into make_it_clap (duration_seconds) values (1)");
  });

  test("shows every way in which an attempt ends, both outcomes for each limit, and limits that are mixed", () => {
    const shown = new Set(LINES.flatMap(([ends = ""]) => parseEnds(ends)));
    for (const end of Object.keys(ENDS)) assert.ok(shown.has(end), end);
    for (const name of LIMIT_NAMES) {
      const end = toSingular(RETRY_LIMITS[name].counter);
      const count = DEFAULT_LIMITS[name] + 1;
      const outcomes = LINES.filter(([ends = ""]) => {
        const parsed = parseEnds(ends).filter((each) => each !== "success");
        return parsed.every((each) => each === end) && [count, count - 1].includes(parsed.length);
      });
      assert.deepEqual(outcomes.map((cells) => cells.at(-2)).sort(), ["DEAD", "SUCCESS"], end);
    }
    assert.ok(LINES.some(([ends]) => ends === "100 interruptions, 2 errors, 1 crash, 1 success"));
  });

  for (const [ends = "", ...cells] of LINES) {
    const limits = mapLimits((name) => Number(cells[LIMIT_NAMES.indexOf(name)]));
    const [status, attempts] = cells.slice(LIMIT_NAMES.length);
    test(`${ends} at limits ${Object.values(limits).join(", ")}: ${status} after ${attempts}`, async () => {
      const connection = database.connect();
      for (const end of parseEnds(ends)) {
        // A crash closes the connection, which the next claim opens again.
        const attempt = await claimWithReclaim(connection, claimParams("a", limits));
        assert.ok(typeof attempt === "object", `an attempt for the next ${end} was expected; got ${attempt}`);
        await ENDS[end]?.(connection, attempt);
      }
      await connection.close();
      await reap();
      const [request] = await query("select status, iteration as attempt from clap");
      assert.deepEqual(request, { status, attempt: Number(attempts) });
      assert.deepEqual(await query("table batch.queue"), []);
    });
  }
});
