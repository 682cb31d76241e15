import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import type { Database } from "../../worker/src/database.ts";
import type { Claim } from "../../worker/src/queue/claim.ts";
import { demand } from "../../worker/src/queue/demand.ts";
import { fail } from "../../worker/src/queue/fail.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimParams, claimWithReclaim } from "../support/claim.ts";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();

/** How each thing that the table names happens to a claimed attempt. */
const HAPPEN: Readonly<Record<string, (connection: Database, attempt: Claim) => Promise<unknown>>> = {
  success: (connection, attempt) => succeed(connection, attempt),
  error: (connection, attempt) => fail(connection, attempt, { reason: "error", message: "no", final: false }),
  "final error": (connection, attempt) => fail(connection, attempt, { reason: "error", message: "no", final: true }),
  interruption: (connection, attempt) =>
    fail(connection, attempt, { reason: "interrupted", message: "SIGTERM", final: false }),
  crash: (connection) => connection.close(),
};

/** The second table's lines, cell by cell. */
const LINES = readFileSync(new URL("../../docs/budgets.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** `2 errors, 1 crash` is error, error, crash. */
function eventsOf(story: string): string[] {
  return story.split(", ").flatMap((part) => {
    const [, count, what = ""] = /^(\d+) (.+)$/.exec(part) ?? [];
    const one = what.replace(/(?<=crash)es$|(?<!s)s$/, "");
    assert.ok(one in HAPPEN, `${part} must be one of ${Object.keys(HAPPEN)}`);
    return Array<string>(Number(count)).fill(one);
  });
}

/** Lets the time pass after which a silent death counts as one even when its Job's next pod never comes. */
async function lookForTheDead(): Promise<void> {
  const keda = database.connect();
  const question = { kind: "clap", requestsPerJob: 1, maxReplicaCount: 1 };
  await demand(keda, question);
  await database.query("update batch.queue set suspected_at = suspected_at - interval '1 day'");
  await demand(keda, question);
}

describe("docs/budgets.md", () => {
  beforeEach(async () => {
    await database.reset();
    await database.query("insert into make_it_clap (duration_seconds) values (1)");
  });

  test("has the line that a hundred drains belong to", () => {
    assert.ok(LINES.length > 10);
    assert.ok(LINES.some(([story]) => story === "100 interruptions, 2 errors, 1 crash, 1 success"));
  });

  for (const [story = "", backoffLimit, crashLimit, interruptionLimit, status, attempts] of LINES) {
    test(`${story} at limits ${backoffLimit}, ${crashLimit}, ${interruptionLimit}: ${status} after ${attempts}`, async () => {
      const limits = {
        backoffLimit: Number(backoffLimit),
        crashLimit: Number(crashLimit),
        interruptionLimit: Number(interruptionLimit),
      };
      for (const event of eventsOf(story)) {
        const connection = database.connect();
        const attempt = await claimWithReclaim(connection, claimParams("a", limits));
        assert.ok(typeof attempt === "object", `an attempt for the next ${event} was expected; got ${attempt}`);
        await HAPPEN[event]?.(connection, attempt);
        await connection.close();
      }
      await lookForTheDead();
      assert.deepEqual(await database.query("select status, iteration from clap"), [
        { status, attempt: Number(attempts) },
      ]);
      assert.deepEqual(await database.query("table batch.queue"), []);
    });
  }
});
