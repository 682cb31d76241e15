import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claim } from "../../worker/src/queue/claim.ts";
import { demand } from "../../worker/src/queue/demand.ts";
import { reclaim } from "../../worker/src/queue/reclaim.ts";
import { claimParams, startAttempt } from "../support/claim.ts";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();
const keda = database.connect();

/** A poll after so many seconds, in which nothing else happened. */
async function pollAfter(seconds: number, maxReplicaCount = 10): Promise<number> {
  await database.query(
    `update batch.scaling set polled_at = polled_at - $1 * interval '1 second', arrived_at = arrived_at - $1 * interval '1 second',
       watched_since = watched_since - $1 * interval '1 second'`,
    [seconds],
  );
  return await demand(keda, { kind: "clap", requestsPerJob: 1, maxReplicaCount });
}

async function polls(seconds: number, count: number): Promise<number[]> {
  const answers: number[] = [];
  while (answers.length < count) answers.push(await pollAfter(seconds));
  return answers;
}

const insert = (count: number) =>
  database.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, $1::integer)", [count]);

describe("Jobs that KEDA counts and that do no work", () => {
  beforeEach(() => database.reset());

  test("are asked for once more after 30 s without an arrival, and for twice as many every 14 s", async () => {
    await insert(2);
    const answers = [await pollAfter(0), ...(await polls(5, 20))];
    assert.deepEqual(answers.slice(0, 6), [2, 2, 2, 2, 2, 2]);
    assert.equal(answers[6], 4, "30 s: two of them");
    assert.ok((answers[15] ?? 0) >= 12, `75 s: ten of them; got ${answers}`);
    assert.ok(answers.every((answer) => answer <= 12));
  });

  test("are found at polls of 30 s, too: within two minutes there are Jobs besides eight of them", async () => {
    await insert(2);
    const answers = [await pollAfter(0), ...(await polls(30, 3))];
    assert.ok((answers.at(-1) ?? 0) >= 2 + 8, String(answers));
  });

  test("are none while Jobs arrive, however slowly, for 90 s", async () => {
    await insert(60);
    await pollAfter(0);
    for (let poll = 1; poll <= 17; poll++) {
      const connection = database.connect();
      await claim(connection, claimParams(`job-${poll}`));
      assert.equal(await pollAfter(5, 100), 60);
    }
  });

  test("are none when KEDA was away: the Jobs of its first poll have not had the time to come", async () => {
    await insert(2);
    await polls(5, 3);
    assert.equal(await pollAfter(600), 2);
    assert.equal(await pollAfter(5), 2);
  });

  test("are one fewer for each Job that finds nothing to do", async () => {
    await insert(2);
    await pollAfter(0);
    assert.equal((await polls(5, 6)).at(-1), 4);
    await startAttempt(database, claimParams("a"));
    await startAttempt(database, claimParams("b"));
    const idle = claimParams("c");
    assert.equal(await claim(keda, idle), undefined);
    assert.equal(await reclaim(keda, idle, true), undefined);
    assert.deepEqual(await database.query("select absent_jobs from batch.scaling where kind = 'clap'"), [
      { absent_jobs: 1 },
    ]);
  });

  test("cost no Job where nothing is to be done", async () => {
    await insert(2);
    await polls(5, 20);
    await database.query("delete from make_it_clap");
    assert.equal(await pollAfter(5), 0);
  });

  test("let no more than maxReplicaCount requests run", async () => {
    await insert(5);
    const ask = () => pollAfter(20, 2);
    for (let poll = 0; poll < 4; poll++) await ask();
    for (const jobName of ["a", "b"]) await startAttempt(database, claimParams(jobName));
    assert.equal(await claim(database.connect(), claimParams("c")), undefined);
  });
});
