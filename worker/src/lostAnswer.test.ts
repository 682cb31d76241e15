import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { fail, succeed, take } from "../../tests/support/queue.ts";
import type { Database } from "./database.ts";

const database = await createTestDatabase();
const proxy = await createProxy();

const connect = () => database.connect(undefined, proxy.address);

const claimed = (connection: Database) => take(connection, "a");

const attempts = () => database.query("select attempt, status from clap_attempt order by attempt");

describe("a statement whose answer is lost", () => {
  beforeEach(async () => {
    proxy.restore();
    await database.reset(1);
  });

  test("a claim whose answer is lost is found again by the same session: counted once, never lost", async () => {
    const connection = connect();
    await connection.run("demand", ["clap", 1, 10, 40]);
    proxy.loseNextAnswer();
    const got = await claimed(connection);
    assert.equal(got.attempt, 1);
    assert.deepEqual(await attempts(), [{ attempt: 1, status: "RUNNING" }]);
    await connection.close();
  });

  test("a claim that arrives after its worker has repeated it is not made", async () => {
    await database.insert();
    const connection = connect();
    const late = proxy.keepBack("batch.claim(");
    await succeed(connection, await claimed(connection));
    await connection.close();
    (await late)();
    proxy.restore();
    await database.untilNoWorkerSession();
    assert.deepEqual(await attempts(), [{ attempt: 1, status: "SUCCESS" }]);
  });

  test("a success whose answer is lost is recorded once", async () => {
    const connection = connect();
    const got = await claimed(connection);
    proxy.loseNextAnswer();
    await succeed(connection, got);
    assert.deepEqual(await attempts(), [{ attempt: 1, status: "SUCCESS" }]);
    await connection.close();
  });

  test("a failure whose answer is lost is counted once", async () => {
    const connection = connect();
    const got = await claimed(connection);
    proxy.loseNextAnswer();
    assert.equal(await fail(connection, got, { reason: "error", message: "no", final: false }), "FAILED");
    assert.deepEqual(await database.query("select errors from batch.queue"), [{ errors: 1 }]);
    await connection.close();
  });
});
