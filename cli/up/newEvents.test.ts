import assert from "node:assert/strict";
import { test } from "node:test";
import { NewEvents } from "./newEvents.ts";

const event = (reason: string, time: string) =>
  ({ kind: "Event", reason, lastTimestamp: `2020-01-01T${time}Z` }) as const;

test("events are new if they are later than a namespace's first observation, whatever this machine's clock says", () => {
  const events = new NewEvents();
  const failed = event("FailedCreate", "10:00:00");
  const repeated = event("FailedCreate", "10:00:01");
  assert.deepEqual(events.select("batches", [failed]), []);
  assert.deepEqual(events.select("batches", [failed, repeated]), [repeated]);
  assert.deepEqual(events.select("keda", []), []);
  assert.deepEqual(events.select("keda", [failed]), [failed]);
});
