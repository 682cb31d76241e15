import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import type { Database } from "../../worker/src/database.ts";
import type { Claim } from "../../worker/src/queue/claim.ts";
import { defer } from "../../worker/src/queue/defer.ts";
import { demand } from "../../worker/src/queue/demand.ts";
import { fail } from "../../worker/src/queue/fail.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimParams, claimWithReclaim } from "../support/claim.ts";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();

/** How an attempt ends, by the table's name for it. */
const ENDS: Readonly<Record<string, (connection: Database, attempt: Claim) => Promise<unknown>>> = {
  success: (connection, attempt) => succeed(connection, attempt),
  error: (connection, attempt) => fail(connection, attempt, { reason: "error", message: "no", final: false }),
  "final error": (connection, attempt) => fail(connection, attempt, { reason: "error", message: "no", final: true }),
  interruption: (connection, attempt) =>
    fail(connection, attempt, { reason: "interrupted", message: "SIGTERM", final: false }),
  async deferral(connection, attempt) {
    await defer(connection, attempt, { afterSeconds: 0, message: "later" });
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

/** `2 errors, 1 crash` is error, error, crash. */
function parseEnds(story: string): string[] {
  return story.split(", ").flatMap((part) => {
    const [, count, what = ""] = /^(\d+) (.+)$/.exec(part) ?? [];
    const one = what.replace(/(?<=crash)es$|(?<!s)s$/, "");
    assert.ok(one in ENDS, `${part} must be one of ${Object.keys(ENDS)}`);
    return Array<string>(Number(count)).fill(one);
  });
}

/** Records a crash whose Job has no next pod: the scaling query suspects it, and reaps it when its time is over. */
async function reap(): Promise<void> {
  const keda = database.connect();
  await poll(keda);
  await database.query("update batch.queue set suspected_at = suspected_at - interval '1 day'");
  await poll(keda);
}

/** KEDA's poll, which also frees deferred requests whose time has come. */
async function poll(keda: Database): Promise<void> {
  await demand(keda, { kind: "clap", requestsPerJob: 1, maxReplicaCount: 1 });
}

describe("docs/budgets.md", () => {
  beforeEach(async () => {
    await database.reset();
    await database.query("insert into make_it_clap (duration_seconds) values (1)");
  });

  test("shows every way in which an attempt ends, both outcomes for each limit, and limits that are mixed", () => {
    for (const end of Object.keys(ENDS))
      assert.ok(
        LINES.some(([ends]) => ends && parseEnds(ends).includes(end)),
        end,
      );
    for (const [count, end] of [
      [5, "error"],
      [5, "crash"],
      [101, "interruption"],
      [101, "deferral"],
    ] as const) {
      const outcomes = LINES.filter(([ends = ""]) => {
        const parsed = parseEnds(ends).filter((each) => each !== "success");
        return parsed.every((each) => each === end) && [count, count - 1].includes(parsed.length);
      });
      assert.deepEqual(outcomes.map((cells) => cells[5]).sort(), ["DEAD", "SUCCESS"], end);
    }
    assert.ok(LINES.some(([ends]) => ends === "100 interruptions, 2 errors, 1 crash, 1 success"));
  });

  for (const [ends = "", backoffLimit, crashLimit, interruptionLimit, deferralLimit, status, attempts] of LINES) {
    const limitText = [backoffLimit, crashLimit, interruptionLimit, deferralLimit].join(", ");
    test(`${ends} at limits ${limitText}: ${status} after ${attempts}`, async () => {
      const limits = {
        backoffLimit: Number(backoffLimit),
        crashLimit: Number(crashLimit),
        interruptionLimit: Number(interruptionLimit),
        deferralLimit: Number(deferralLimit),
      };
      for (const end of parseEnds(ends)) {
        const connection = database.connect();
        const attempt = await claimWithReclaim(connection, claimParams("a", limits));
        assert.ok(typeof attempt === "object", `an attempt for the next ${end} was expected; got ${attempt}`);
        await ENDS[end]?.(connection, attempt);
        await connection.close();
      }
      await reap();
      assert.deepEqual(await database.query("select status, iteration as attempt from clap"), [
        { status, attempt: Number(attempts) },
      ]);
      assert.deepEqual(await database.query("table batch.queue"), []);
    });
  }
});
