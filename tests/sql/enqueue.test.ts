import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type pg from "pg";
import { type Claim, claim } from "../../worker/src/queue/claim.ts";
import { fail } from "../../worker/src/queue/fail.ts";
import { statement } from "../../worker/src/queue/statement.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimParams } from "../support/claim.ts";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();

async function queued(): Promise<string[]> {
  const rows = await database.query<{ request_id: string }>("select request_id from batch.queue order by request_id");
  return rows.map(({ request_id }) => request_id);
}

/** Claims within a transaction that goes on. */
async function claimIn(client: pg.Client, jobName: string): Promise<string> {
  const { kind, podName, session } = claimParams(jobName);
  const values = [kind, jobName, podName, session, 4, 4, 100, 10, null, 0, 0];
  return (await client.query(statement("claim").text, values)).rows[0]?.request_id;
}

describe("a primary key that comes back after its row was deleted", () => {
  const again = async () => {
    await database.query("delete from make_it_clap where id = 1");
    await database.query("insert into make_it_clap (id, duration_seconds) values (1, 2)");
  };
  beforeEach(async () => {
    await database.reset();
    await database.query("insert into make_it_clap (duration_seconds) values (1)");
  });

  test("is a new request when the former one has ended: its attempts are counted on", async () => {
    const connection = database.connect();
    await succeed(connection, (await claim(connection, claimParams("a"))) as Claim);
    await again();
    const attempt = (await claim(connection, claimParams("b"))) as Claim;
    assert.equal(attempt.attempt, 2);
    await succeed(connection, attempt);
    assert.deepEqual(await database.query("select attempt, status from clap_attempt order by attempt"), [
      { attempt: 1, status: "SUCCESS" },
      { attempt: 2, status: "SUCCESS" },
    ]);
  });

  test("is asked for once while the former one waits", async () => {
    await again();
    assert.deepEqual(await queued(), ["1"]);
  });

  test("is refused, too, while the former one is being claimed", async () => {
    const worker = await database.open();
    await worker.query("begin");
    assert.equal(await claimIn(worker, "a"), "1");
    const refused = assert.rejects(again(), { message: /clap 1 must not be inserted again/ });
    await database.untilBlocked();
    await worker.query("commit");
    await refused;
    assert.deepEqual(await queued(), ["1"]);
  });

  test("is refused when the former one changes hands while the insert waits for another claim", async () => {
    await database.query("insert into make_it_clap (duration_seconds) values (1)");
    const [first, second, shop] = [await database.open(), await database.open(), await database.open()];
    const connection = database.connect();
    const running = (await claim(connection, claimParams("a"))) as Claim;
    await second.query("begin");
    assert.equal(await claimIn(second, "b"), "2");
    await database.query("delete from make_it_clap");
    const refused = assert.rejects(
      shop.query("insert into make_it_clap (id, duration_seconds) values (1, 2), (2, 2)"),
      {
        message: /clap 1 must not be inserted again/,
      },
    );
    await database.untilBlocked();
    await fail(connection, running, { reason: "interrupted", message: "SIGTERM", final: false });
    await first.query("begin");
    assert.equal(await claimIn(first, "c"), "1");
    await second.query("commit");
    await database.untilBlocked();
    await first.query("commit");
    await refused;
    assert.deepEqual(await queued(), ["1", "2"]);
  });

  test("is refused while the former one runs", async () => {
    await claim(database.connect(), claimParams("a"));
    await assert.rejects(again(), {
      message: /clap 1 must not be inserted again before its former attempts have ended/,
    });
  });
});
