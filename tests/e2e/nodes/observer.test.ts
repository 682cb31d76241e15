import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toRecord } from "./observer.ts";

const metadata = {
  name: "a-b",
  uid: "1",
  creationTimestamp: "2026-01-01T12:00:00Z",
  labels: { "batch.kubernetes.io/job-name": "a" },
};
const kind = "Pod";

describe("the record of a pod", () => {
  test("that is not scheduled yet has its Job and creation time", () => {
    assert.deepEqual(toRecord({ kind, metadata, spec: {}, status: {} }), {
      name: "a-b",
      job: "a",
      node: undefined,
      createdAt: Date.parse("2026-01-01T12:00:00Z"),
      startedAt: undefined,
      deletedAt: undefined,
    });
  });

  for (const state of ["running", "terminated"]) {
    test(`whose container is ${state} has its start time and the time of the pod's deletion request`, () => {
      const deletion = { deletionTimestamp: "2026-01-01T12:01:30Z", deletionGracePeriodSeconds: 30 };
      const status = { containerStatuses: [{ state: { [state]: { startedAt: "2026-01-01T12:00:03Z" } } }] };
      const record = toRecord({ kind, metadata: { ...metadata, ...deletion }, spec: { nodeName: "two" }, status });
      assert.equal(record.node, "two");
      assert.equal(record.startedAt, Date.parse("2026-01-01T12:00:03Z"));
      assert.equal(record.deletedAt, Date.parse("2026-01-01T12:01:00Z"));
    });
  }
});
