import assert from "node:assert/strict";
import { test } from "node:test";
import { problemReport } from "./problemReport.ts";

test("a password at which a long line is cut off is not shown", () => {
  const about = { subject: "pod n/p", namespace: "n", name: "p", reason: "Error", advice: "", limitSeconds: 90 };
  const line = `${"x".repeat(400)} postgresql://user:${"hunter2".repeat(40)}@host/db`;
  const log = { container: "work", previous: false };
  const shown = problemReport({ ...about, message: line, log }, [{ kind: "Event", message: line }], line, "minikube");
  assert.equal(shown.filter((each) => each.includes("postgresql://user:***@host/db")).length, 3);
  assert.doesNotMatch(shown.join("\n"), /hunter2/);
});
