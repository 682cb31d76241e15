import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { creationProblems } from "./creationProblem.ts";
import type { KubernetesEvent } from "./kubernetesObject.ts";
import { parseStackState, type StackState } from "./stackState.ts";

const FORBIDDEN =
  'Error creating: pods "privileged-6dbb447488-5mk2c" is forbidden: violates PodSecurity "baseline:latest": privileged';

function event(kind: string, name: string, reason = "FailedCreate", second = 23, message = FORBIDDEN): KubernetesEvent {
  const about = { type: "Warning", reason, message, lastTimestamp: `2026-11-26T05:21:${second}Z` };
  return { kind: "Event", ...about, involvedObject: { kind, namespace: "n", name } };
}

const STATE: StackState = {
  ...parseStackState("{}"),
  namespaces: ["n"],
  jobs: [{ namespace: "n", name: "schema-migration-1" }],
  ownsKeda: true,
};

describe("pods that are not created", () => {
  for (const [what, events, subjects] of [
    ["of a ReplicaSet", [event("ReplicaSet", "r")], ["ReplicaSet n/r"]],
    ["of a StatefulSet", [event("StatefulSet", "s")], ["StatefulSet n/s"]],
    ["of the stack's Job", [event("Job", "schema-migration-1")], ["Job n/schema-migration-1"]],
    ["of a KEDA Job", [event("Job", "postgres-batch-x")], []],
    ["and are eventually created", [event("ReplicaSet", "r", "SuccessfulCreate", 24), event("ReplicaSet", "r")], []],
    ["twice", [event("ReplicaSet", "r"), event("ReplicaSet", "r", "FailedCreate", 25)], ["ReplicaSet n/r"]],
  ] as const) {
    test(`${what} are ${subjects.length} problem${subjects.length === 1 ? "" : "s"}`, () => {
      const found = creationProblems(events, STATE).map(({ subject }) => subject);
      assert.deepEqual(found, subjects);
    });
  }

  for (const [message, advice] of [
    [FORBIDDEN, /Pod Security Standard/],
    ['pods "p" is forbidden: exceeded quota: q, requested: cpu=1', /kubectl describe quota -n n/],
    ['pods "p" is forbidden: error looking up service account n/missing', /must allow pods/],
  ] as const) {
    test(`have the advice ${advice} for ${message.slice(0, 60)}`, () => {
      const [problem] = creationProblems([event("ReplicaSet", "r", "FailedCreate", 23, message)], STATE);
      assert.match(problem?.advice ?? "", advice);
      assert.ok(problem?.message.includes(message));
    });
  }
});
