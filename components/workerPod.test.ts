import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type WorkerPodArgs, workerPod } from "./workerPod.ts";

const ARGS: WorkerPodArgs = {
  name: "postgres-batch",
  image: "postgres-batch:0123456789ab",
  address: { host: "postgres.example", port: 5432, database: "postgres", caSecretName: "postgres-crt" },
  login: { user: "batch_worker", secretName: "batch-worker", secretKey: "password" },
  env: [{ name: "KIND", value: "clap" }],
  cpu: "100m",
  memory: "128Mi",
  graceSeconds: 30,
};

const pod = workerPod(ARGS);
const [container] = pod.containers;

describe("a pod of the worker's image", () => {
  test("on a node that is lost is replaced 30 s after Kubernetes noticed", () => {
    const tolerations = ["not-ready", "unreachable"].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 30,
    }));
    assert.deepEqual(pod.tolerations, tolerations);
  });

  test("has a worker that is no namespace's first process, which would not hear SIGTERM while it starts", () => {
    assert.equal(pod.shareProcessNamespace, true);
  });

  test("has the image that was built into the node's daemon: no registry is asked", () => {
    assert.deepEqual([container?.image, container?.imagePullPolicy], ["postgres-batch:0123456789ab", "Never"]);
  });

  test("fulfils the restricted standard, mounts no token and no key, and has its resources", () => {
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(pod.restartPolicy, "Never");
    assert.equal(pod.terminationGracePeriodSeconds, 30);
    assert.deepEqual(pod.securityContext, {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.deepEqual(container?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.deepEqual(container?.resources, { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } });
    assert.deepEqual(pod.volumes, [
      { name: "ca", secret: { secretName: "postgres-crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ]);
  });

  test("is led to the database by its environment, the password by reference alone", () => {
    assert.deepEqual(container?.env, [
      { name: "PG_HOST", value: "postgres.example" },
      { name: "PG_PORT", value: "5432" },
      { name: "PG_DATABASE", value: "postgres" },
      { name: "PG_USERNAME", value: "batch_worker" },
      { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "batch-worker", key: "password" } } },
      { name: "PG_CA_FILE", value: "/etc/postgresql-ca/ca.crt" },
      { name: "KIND", value: "clap" },
    ]);
  });

  test("has arguments where it has a command, and no such field where it has none", () => {
    assert.ok(!("args" in (container ?? {})));
    assert.deepEqual(workerPod({ ...ARGS, command: ["migrate"] }).containers[0]?.args, ["migrate"]);
  });
});
