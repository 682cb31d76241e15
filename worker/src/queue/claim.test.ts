import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claimAsPod, claimant } from "../../../tests/support/claimant.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { type Claim, claim } from "./claim.ts";
import { fail } from "./fail.ts";
import { load } from "./load.ts";
import { succeed } from "./succeed.ts";

const database = await createTestDatabase();

async function insert(count: number): Promise<void> {
  await database.client.query(
    "insert into make_it_clap (duration_seconds) select 40 from generate_series(1, $1::integer)",
    [count],
  );
}

/** Claims on a connection of its own, as every pod does; closing it is the pod's death. */
async function claimAlone(who: ReturnType<typeof claimant>) {
  const connection = database.connect();
  return { connection, claimed: await claimAsPod(connection, who) };
}

function claimedBy(got: Awaited<ReturnType<typeof claimAsPod>>): Claim {
  assert.ok(typeof got === "object", `a claim was expected; got ${got}`);
  return got;
}

describe("claim", () => {
  beforeEach(() => database.client.query("truncate make_it_clap, batch.queue, batch.history restart identity"));

  test("an empty table gives nothing", async () => {
    assert.equal((await claimAlone(claimant("a"))).claimed, undefined);
  });

  test("the oldest request comes first, its iteration counted, its row to be loaded", async () => {
    await insert(2);
    const first = claimedBy((await claimAlone(claimant("a"))).claimed);
    assert.equal(first.request, "1");
    assert.equal(first.iteration, 1);
    assert.deepEqual(await load(database.connect(), first), { id: 1, duration_seconds: 40, failures: 0 });
    assert.equal(claimedBy((await claimAlone(claimant("b"))).claimed).request, "2");
    assert.equal((await claimAlone(claimant("c"))).claimed, undefined);
  });

  test("an answer that got lost is asked for again: the same attempt, counted once", async () => {
    await insert(2);
    const who = claimant("a");
    const { connection, claimed } = await claimAlone(who);
    assert.deepEqual(await claim(connection, who), claimed);
    await connection.close();
    assert.deepEqual((await claimAlone(who)).claimed, claimed);
  });

  test("the next pod of the same Job gets the same request, whatever was inserted meanwhile, and no other Job does", async () => {
    await insert(2);
    const { connection, claimed } = await claimAlone(claimant("a"));
    const first = claimedBy(claimed);
    await fail(connection, first, { reason: "error", message: "no", final: false });
    await connection.close();
    assert.equal(claimedBy((await claimAlone(claimant("b"))).claimed).request, "2");
    assert.equal((await claimAlone(claimant("c"))).claimed, "awaited");
    const again = claimedBy((await claimAlone(claimant("a"))).claimed);
    assert.equal(again.request, first.request);
    assert.equal(again.iteration, 2);
    assert.equal(again.jobFailures, 1);
  });

  test("while the Job's former pod lives its next pod waits; as soon as it is dead the attempt is told as crashed", async () => {
    await insert(1);
    const { connection } = await claimAlone(claimant("a"));
    assert.equal((await claimAlone(claimant("a"))).claimed, "busy");
    await connection.close();
    assert.equal(claimedBy((await claimAlone(claimant("a"))).claimed).iteration, 2);
    const attempts = await database.query("select iteration, status, reason from clap_attempt order by iteration");
    assert.deepEqual(attempts, [
      { iteration: 1, status: "FAILED", reason: "crashed" },
      { iteration: 2, status: "RUNNING", reason: null },
    ]);
  });

  test("no other Job takes the request of a dead pod while its own may come back", async () => {
    await insert(1);
    const { connection } = await claimAlone(claimant("a"));
    await connection.close();
    assert.equal((await claimAlone(claimant("b"))).claimed, undefined);
  });

  test("a Job started for a request whose worker died is told to ask again, until the request is free", async () => {
    await insert(1);
    const { connection } = await claimAlone(claimant("a"));
    await connection.close();
    await database.query("update batch.queue set doubted_at = now()");
    assert.equal((await claimAlone(claimant("b"))).claimed, "awaited");
    await database.query("update batch.queue set doubted_at = now() - interval '16 seconds'");
    assert.equal(claimedBy((await claimAlone(claimant("b"))).claimed).iteration, 2);
  });

  test("a Job that is gone for good gives its request up to others when its next pod should long be there", async () => {
    await insert(1);
    const { connection, claimed } = await claimAlone(claimant("a"));
    await fail(connection, claimedBy(claimed), { reason: "error", message: "no", final: false });
    const [held] = await database.query<{ seconds: string }>(
      "select extract(epoch from held_until - now())::integer as seconds from batch.queue",
    );
    assert.equal(held?.seconds, 30, "10 s of back-off and 20 s to start");
    await database.query("update batch.queue set held_until = now()");
    const taken = claimedBy((await claimAlone(claimant("b"))).claimed);
    assert.deepEqual([taken.iteration, taken.jobFailures], [2, 0]);
    assert.equal((await claimAlone(claimant("a"))).claimed, undefined, "the former Job finds nothing of its own");
  });

  test("a Job's last pod leaves its request free at once", async () => {
    await insert(1);
    const { connection, claimed } = await claimAlone(claimant("a", { jobFailures: 4 }));
    await fail(connection, claimedBy(claimed), { reason: "error", message: "no", final: false });
    assert.equal(claimedBy((await claimAlone(claimant("b"))).claimed).iteration, 2);
  });

  test("a request whose pods all died silently is DEAD after crashLimit + 1 attempts, told by the Job's next pod", async () => {
    await insert(1);
    for (let iteration = 1; iteration <= 3; iteration++) {
      const { connection, claimed } = await claimAlone(claimant("a", { crashLimit: 2 }));
      assert.equal(claimedBy(claimed).iteration, iteration);
      await connection.close();
    }
    assert.equal((await claimAlone(claimant("a", { crashLimit: 2 }))).claimed, undefined);
    assert.deepEqual(await database.query("select status, iteration from clap"), [{ status: "DEAD", iteration: 3 }]);
  });

  test("100 claimants on 10,000 requests: 10,000 different owners, no error", { timeout: 120_000 }, async () => {
    await insert(10_000);
    const owners = new Map<string, string>();
    await Promise.all(
      Array.from({ length: 100 }, async (_, worker) => {
        const connection = database.connect();
        for (let turn = 0; ; turn++) {
          const who = claimant(`job-${worker}-${turn}`);
          const claimed = await claim(connection, who);
          if (claimed === undefined) break;
          const { request } = claimedBy(claimed);
          assert.equal(owners.has(request), false, `request ${request} must have one owner`);
          owners.set(request, who.jobName);
          await succeed(connection, claimedBy(claimed));
        }
        await connection.close();
      }),
    );
    assert.equal(owners.size, 10_000);
    assert.equal(new Set(owners.values()).size, 10_000);
  });
});
