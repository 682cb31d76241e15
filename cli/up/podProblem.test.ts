import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { observed } from "../../tests/support/observedPods.ts";
import type { KubernetesEvent, Pod } from "./kubernetesObject.ts";
import { podProblem } from "./podProblem.ts";

const forever = Number.POSITIVE_INFINITY;

/** A pod whose container waits for this reason. */
const waiting = (reason: string, phase?: string): Pod => ({
  kind: "Pod",
  metadata: { name: "p", namespace: "n" },
  status: {
    ...(phase && { phase }),
    containerStatuses: [{ name: "main", state: { waiting: { reason, message: "no" } } }],
  },
});

describe("a pod that does not become ready", () => {
  for (const [name, reason, message, advice, limitSeconds, log] of [
    [
      "crash",
      "CrashLoopBackOff",
      "container main ends again and again: 3 restarts, last with exit code 1",
      "log",
      90,
      "main",
    ],
    ["oom", "CrashLoopBackOff", "3 restarts, last with exit code 137, OOMKilled", "needs more memory", 90, "main"],
    ["run", "CrashLoopBackOff", "last with exit code 127, ContainerCannotRun", "log", 90, "main"],
    ["init", "CrashLoopBackOff", "container copy ends again and again", "log", 90, "copy"],
    [
      "pull",
      "ImagePullBackOff",
      'Back-off pulling image "missing.example/postgresql:17"',
      "postgresqlImageRegistry) and its Secrets (imagePullSecrets)",
      90,
    ],
    ["never-pull", "ErrImageNeverPull", 'image "postgres-batch:missing" is not present', "npm run up", 90],
    [
      "invalid-image",
      "InvalidImageName",
      'image name "Postgres:17:x"',
      "correct the image's reference, Postgres:17:x",
      90,
    ],
    [
      "config",
      "CreateContainerConfigError",
      'secret "batch-worker" not found',
      "create the object or the key named in the message",
      90,
    ],
    ["cpu", "Unschedulable", "1 Insufficient cpu", "MINIKUBE_START_FLAGS", 120],
    ["pvc", "Unschedulable", "unbound immediate PersistentVolumeClaims", "kubectl get storageclass", 120],
    ["mount", "FailedMount", 'node minikube cannot start it yet: .*secret "missing" not found', "must exist", 300],
    ["unready", "Unhealthy", "container main runs, but is not ready: Readiness probe failed", "log", forever, "main"],
  ] as const) {
    test(`has the problem ${reason}: ${message}`, () => {
      const { pod, events } = observed(name);
      const problem = podProblem(pod, events);
      assert.ok(problem);
      assert.deepEqual(
        [problem.subject, problem.reason, problem.limitSeconds, problem.log?.container],
        [`pod batches/${name}`, reason, limitSeconds, log],
      );
      assert.match(problem.message, new RegExp(message));
      assert.ok(problem.advice.includes(advice), problem.advice);
    });
  }

  test("may fit on no node for as long as podStartSeconds says, and for two minutes in any case", () => {
    const { pod, events } = observed("cpu");
    assert.deepEqual(
      [40, 300].map((podStartSeconds) => podProblem(pod, events, podStartSeconds)?.limitSeconds),
      [120, 300],
    );
  });

  for (const name of ["ready", "done", "failed"]) {
    test(`has no problem if it is ${name}: Pulumi does not wait for it, or its owner replaces it`, () => {
      const { pod, events } = observed(name);
      assert.equal(podProblem(pod, events), undefined);
    });
  }

  test("has no problem when it is being deleted", () => {
    const { pod, events } = observed("crash");
    const deleted = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-26T05:22:00Z" } };
    assert.equal(podProblem(deleted, events), undefined);
  });

  test("has no problem while an image is pulled, even if it was unschedulable before", () => {
    const pod = { ...waiting("ContainerCreating", "Pending"), spec: { nodeName: "minikube" } };
    const event = (type: string, reason: string, second: number): KubernetesEvent => {
      const lastTimestamp = `2026-11-26T05:22:0${second}Z`;
      return { kind: "Event", type, reason, lastTimestamp };
    };
    const mount = event("Warning", "FailedMount", 2);
    assert.equal(podProblem(pod, [event("Warning", "FailedScheduling", 1)]), undefined);
    assert.equal(podProblem(pod, [event("Normal", "Pulling", 3), mount]), undefined);
    assert.equal(podProblem(pod, [event("Normal", "Pulling", 1), mount])?.reason, "FailedMount");
  });

  test("keeps its problem while a crashing container briefly runs; a single restart is not a problem", () => {
    const { pod } = observed("crash");
    const [status] = pod.status?.containerStatuses ?? [];
    const running = (restartCount: number, ready: boolean): Pod => ({
      ...pod,
      status: {
        phase: "Running",
        containerStatuses: [{ ...status, name: "main", restartCount, ready, state: { running: {} } }],
      },
    });
    assert.equal(podProblem(running(2, false))?.reason, "CrashLoopBackOff");
    assert.equal(podProblem(running(1, false)), undefined);
    assert.equal(podProblem(running(2, true)), undefined);
  });

  test("has no limit while an autoscaler creates a node for it", () => {
    const { pod, events } = observed("cpu");
    const scaleUp: KubernetesEvent = { kind: "Event", type: "Normal", reason: "TriggeredScaleUp" };
    assert.equal(podProblem(pod, [...events, scaleUp])?.limitSeconds, forever);
  });

  test("has a problem even if its reason is unknown", () => {
    assert.equal(podProblem(waiting("PreStartHookError"))?.message, "its container main does not start: no");
  });
});
