import assert from "node:assert/strict";
import { test } from "node:test";
import { usedHeap } from "../../tests/support/usedHeap.ts";
import { CheckpointSender } from "./checkpointSender.ts";
import type { Counted } from "./threadSender.ts";

/** A sender whose messages are kept. */
function create() {
  const sent: string[] = [];
  const sender = new CheckpointSender((message: Counted) => {
    if (message.type === "saveCheckpoint") sent.push(message.json);
  });
  return { sender, sent };
}

/** How promises have ended by now; `waiting` for those that have not. */
async function ends(...promises: readonly Promise<void>[]): Promise<readonly string[]> {
  const settled = promises.map((promise) => promise.then(() => "saved").catch(({ message }: Error) => message));
  await new Promise((resolve) => setImmediate(resolve));
  return await Promise.all(settled.map((end) => Promise.race([end, Promise.resolve("waiting")])));
}

test("every checkpoint is sent at once: a thread that never returns to its event loop saves, too", () => {
  const { sender, sent } = create();
  for (const page of [1, 2, 3]) void sender.save({ page });
  assert.deepEqual(sent, ['{"page":1}', '{"page":2}', '{"page":3}']);
});

test("a caller waits until its checkpoint, or a later one, is stored", async () => {
  const { sender } = create();
  const first = sender.save(0);
  const second = sender.save(1);
  const third = sender.save(2);
  assert.deepEqual(await ends(first, second, third), ["waiting", "waiting", "waiting"]);
  sender.saved({ first: 0, last: 0 });
  assert.deepEqual(await ends(first, second, third), ["saved", "waiting", "waiting"]);
  sender.saved({ first: 1, last: 1 });
  const fourth = sender.save(3);
  assert.deepEqual(await ends(third, fourth), ["waiting", "waiting"]);
  sender.saved({ first: 2, last: 2 });
  assert.deepEqual(await ends(second, third, fourth), ["saved", "saved", "waiting"]);
  sender.saved({ first: 3, last: 3 });
  assert.deepEqual(await ends(fourth), ["saved"]);
});

test("a refused checkpoint is the error of every caller that waits for it, and of none whose own comes before or after", async () => {
  const { sender } = create();
  const first = sender.save(0);
  const refused = [sender.save(1), sender.save(2)];
  sender.saved({ first: 1, last: 2, error: "refused" });
  const later = sender.save(3);
  assert.deepEqual(await ends(first, ...refused, later), ["waiting", "refused", "refused", "waiting"]);
  sender.saved({ first: 0, last: 0 });
  assert.deepEqual(await ends(first, later), ["saved", "waiting"]);
  sender.saved({ first: 3, last: 3 });
  assert.deepEqual(await ends(later), ["saved"]);
});

test("a value that is not JSON is the error of its own caller only", async () => {
  const { sender, sent } = create();
  const first = sender.save(0);
  const wrong = sender.save(7n);
  const last = sender.save(1);
  assert.match(String(await ends(wrong)), /^a checkpoint must be JSON/);
  sender.saved({ first: 0, last: 1 });
  assert.deepEqual(sent, ["0", "1"]);
  assert.deepEqual(await ends(first, last), ["saved", "saved"]);
});

test("checkpoints that nobody waits for take no memory, however many are not stored yet", async () => {
  const sender = new CheckpointSender(() => undefined);
  void sender.save(0);
  const before = await usedHeap();
  for (let page = 1; page <= 100_000; page++) void sender.save(page);
  const kept = (await usedHeap()) - before;
  assert.ok(kept < 1_000_000, `${kept} bytes`);
  sender.saved({ first: 0, last: 100_000 });
});
