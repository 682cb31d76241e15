import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { claim, claimParams, demand, overClient, take } from "../support/queue.ts";

const database = await createTestDatabase();
const keda = database.connect();

const ask = (maxReplicaCount: number) => demand(keda, { kind: "clap", requestsPerJob: 1, maxReplicaCount });

/** The model makes one claim after another, and its histories show the other two after hundreds of runs only. */
describe("while more Jobs than maxReplicaCount may exist", () => {
  beforeEach(async () => {
    await database.reset();
    await database.query("insert into make_it_clap (duration_seconds) values (1), (1)");
    await database.query("update batch.scaling set absent_jobs = 1");
    await ask(1);
  });

  test("of two simultaneous claims one succeeds if one slot is left", async () => {
    const first = await database.open();
    await first.query("begin");
    await take(overClient(first), "a");
    const second = claim(database.connect(), claimParams("b"));
    await Promise.race([second, database.untilBlocked()]);
    await first.query("commit");
    assert.equal(await second, undefined);
  });

  test("a request whose worker is suspected keeps its slot: its worker may reconnect, its Job may return", async () => {
    assert.ok(await claim(database.connect(), claimParams("a")));
    await database.query("update batch.queue set suspected_at = now() where session_id is not null");
    assert.equal(await claim(database.connect(), claimParams("b")), undefined);
  });

  test("the limit outlasts the last poll that asked for more: a pod may be slow", async () => {
    await database.query("update batch.scaling set absent_jobs = 0");
    await ask(1);
    assert.ok(await claim(database.connect(), claimParams("a")));
    assert.equal(await claim(database.connect(), claimParams("b")), undefined);
  });
});
