import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claim } from "../../worker/src/queue/claim.ts";
import { demand } from "../../worker/src/queue/demand.ts";
import { claimParams, claimWithReclaim } from "../support/claim.ts";
import { createTestDatabase } from "../support/database.ts";
import { STATES } from "../support/states.ts";

const database = await createTestDatabase();
const worker = database.connect("batch_worker");
const scaler = database.connect("batch_scaler");

describe("a transaction that stays open after it has deleted the row of a request", { timeout: 60_000 }, () => {
  beforeEach(() => database.reset());

  for (const [name, setUp] of Object.entries(STATES)) {
    test(`which is ${name}: polls and other Jobs do not wait for it`, async () => {
      await setUp(database, worker);
      await database.query("insert into make_it_clap (id, duration_seconds) values (2, 1)");
      await database.query(
        `update batch.queue set suspected_at = now() - interval '1 day', reserved_until = reserved_until - interval '1 day',
           available_at = available_at - interval '1 day' where request_id = 1`,
      );
      const open = await database.open();
      await open.query("begin; delete from make_it_clap where id = 1");
      await demand(scaler, { kind: "clap", requestsPerJob: 1, maxReplicaCount: 10 });
      assert.equal((await claim(worker, claimParams(`other-${name}`)))?.requestId, "2");
      for (const job of ["state-1", "unknown"]) {
        assert.notEqual(typeof (await claimWithReclaim(worker, claimParams(job))), "object");
      }
      await open.query("rollback");
      await open.end();
    });
  }
});
