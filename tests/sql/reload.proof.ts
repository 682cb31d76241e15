import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { claim, claimParams, fail, succeed } from "../support/queue.ts";
import { database, partitionByPlace, poll, query } from "./parcels.ts";

const IDS = 6;
const RELOADS = 100;
/** Errors after which an application repeats its transaction. */
const RETRIED = /^(40001|40P01|23505|55006)$/;

/** How an application writes the rows of a generation again; each row has its generation in `seconds`. */
const WAYS: Record<string, (generation: number) => string> = {
  "truncates and inserts": (n) => `truncate parcels; ${insert(n)}`,
  "deletes and inserts": (n) => `delete from parcels; ${insert(n)}`,
  "deletes and inserts a few rows": (n) =>
    `delete from parcels where id % 3 = ${n % 3}; ${insert(n)} on conflict do nothing`,
};

const insert = (generation: number) =>
  `insert into parcels (id, place, seconds) select i, 'here', ${generation} from generate_series(1, ${IDS}) i`;

for (const [way, reload] of Object.entries(WAYS)) {
  for (const isolation of ["read committed", "repeatable read"]) {
    for (const partitioned of [false, true]) {
      describe(`an application ${way} all the time, at ${isolation}${partitioned ? ", partitioned" : ""}`, () => {
        test("while workers run the requests: each row of the last generation has been run, and no request is left", async () => {
          if (partitioned) await partitionByPlace();
          await query(`alter table parcels add if not exists seconds integer;
            select batch.attach('parcels', 'parcel')`);
          await query("delete from parcels");
          const ran = new Map<string, number>();
          const state = { reloading: true };
          const work = async (name: string) => {
            const pod = database.connect("batch_worker");
            const { session } = claimParams(name);
            for (let job = 0; ; job++) {
              const idle = !state.reloading;
              const attempt = await claim(pod, claimParams(`${name}-${job}`, { kind: "parcel", session }));
              if (attempt) {
                const { id, seconds } = JSON.parse(attempt.row ?? "{}");
                await setTimeout(job % 5);
                if (job % 7 === 0) await fail(pod, attempt, { reason: "interrupted", message: "no", final: false });
                else {
                  await succeed(pod, attempt);
                  ran.set(String(id), Math.max(seconds, ran.get(String(id)) ?? 0));
                }
              } else if (idle) return;
              else await setTimeout(1);
            }
          };
          const polls = (async () => {
            while (state.reloading) {
              await poll();
              await setTimeout(20);
            }
          })();
          const workers = [work("a"), work("b"), work("c")];
          const application = await database.open();
          try {
            for (let generation = 1; generation <= RELOADS; generation++) {
              await application
                .query(`begin isolation level ${isolation}; ${reload(generation)}; commit`)
                .catch(async (error: { code: string }) => {
                  assert.match(error.code, RETRIED, String(error));
                  await application.query("rollback");
                });
            }
          } finally {
            await application.end();
            state.reloading = false;
            await Promise.all([...workers, polls]);
          }
          await poll();
          await work("last");
          const rows = await query<{ id: string; seconds: number }>("select id::text, seconds from parcels order by 1");
          const left = rows.filter(({ id, seconds }) => ran.get(id) !== seconds);
          assert.deepEqual(left, []);
          assert.deepEqual(await query("select * from batch.queue where kind = 'parcel'"), []);
        });
      });
    }
  }
}
