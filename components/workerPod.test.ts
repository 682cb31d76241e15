import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getCommandEnvironment } from "../worker/src/command/commandEnvironment.ts";
import { podRule } from "./podRules.ts";
import { type WorkerPodArgs, workerPod } from "./workerPod.ts";

const ARGS: WorkerPodArgs = {
  name: "postgres-batch",
  image: { reference: "postgres-batch:0123456789ab", pullPolicy: "Never" },
  database: {
    host: "postgres.example",
    port: 5432,
    database: "postgres",
    sslMode: "verify-full",
    caSecretName: "postgres-crt",
  },
  pooled: true,
  role: { user: "batch_worker", secretName: "batch-worker", secretKey: "password" },
  env: [{ name: "KIND", value: "clap" }],
  cpu: "100m",
  memory: "128Mi",
  graceSeconds: 30,
};

const pod = workerPod(ARGS);
const [container] = pod.containers;

describe("a pod of the worker's image", () => {
  test("on a lost node is replaced 30 s after Kubernetes noticed the loss", () => {
    const tolerations = ["not-ready", "unreachable"].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 30,
    }));
    assert.deepEqual(pod.tolerations, tolerations);
  });

  test("has a worker that is not the first process of a namespace, which would not receive SIGTERM while it starts", () => {
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

  test("gets the database from its environment, the password by reference alone", () => {
    assert.deepEqual(container?.env, [
      { name: "PG_HOST", value: "postgres.example" },
      { name: "PG_PORT", value: "5432" },
      { name: "PG_DATABASE", value: "postgres" },
      { name: "PG_USERNAME", value: "batch_worker" },
      { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "batch-worker", key: "password" } } },
      { name: "PG_SSLMODE", value: "verify-full" },
      { name: "PG_CA_FILE", value: "/etc/postgresql-ca/ca.crt" },
      { name: "KIND", value: "clap" },
    ]);
  });

  test("has arguments where it has some, and no such field where it has none", () => {
    assert.ok(!("args" in (container ?? {})));
    assert.deepEqual(workerPod({ ...ARGS, args: ["migrate"] }).containers[0]?.args, ["migrate"]);
  });

  test("mounts nothing where the authorities of Node.js prove the database", () => {
    const { caSecretName, ...database } = ARGS.database;
    const spec = workerPod({ ...ARGS, database });
    assert.ok(!("volumes" in spec) && !("volumeMounts" in (spec.containers[0] ?? {})));
    assert.ok(!spec.containers[0]?.env.some(({ name }) => name === "PG_CA_FILE"));
  });

  test("connects to a pooler where there is one, and a migration past it", () => {
    const database = { ...ARGS.database, pooler: { host: "pooler.example", port: 6432 } };
    const address = (pooled: boolean) => workerPod({ ...ARGS, database, pooled }).containers[0]?.env.slice(0, 2);
    assert.deepEqual(address(true), [
      { name: "PG_HOST", value: "pooler.example" },
      { name: "PG_PORT", value: "6432" },
    ]);
    assert.deepEqual(address(false), [
      { name: "PG_HOST", value: "postgres.example" },
      { name: "PG_PORT", value: "5432" },
    ]);
  });
});

describe("a pod of a command", () => {
  const command = {
    command: ["python3", "work.py"],
    runner: { reference: "runner:1", pullPolicy: "IfNotPresent" },
    finalExitCodes: [],
  };
  const spec = workerPod({ ...ARGS, image: { reference: "pages:1" }, command });
  const [work] = spec.containers;
  const [init] = spec.initContainers ?? [];

  test("runs the image as it is, started by the runner that an init container brings", () => {
    assert.deepEqual([work?.image, work?.args], ["pages:1", undefined]);
    assert.deepEqual(work?.command?.slice(0, 4), ["/batch/lib/loader", "--library-path", "/batch/lib", "/batch/node"]);
    const variable = (name: string) => work?.env?.find((each) => each.name === name)?.value;
    assert.equal(variable("COMMAND"), '["python3","work.py"]');
    assert.equal(variable("COMMAND_DIRECTORY"), "/run/batch");
    assert.equal(variable("NODE_COMPILE_CACHE"), "/batch/.cache");
    assert.equal(variable("NODE_OPTIONS"), "", "an image's own would be the runner's, too");
    assert.ok(!("imagePullPolicy" in (work ?? {})), "Kubernetes' own");
    assert.deepEqual([init?.image, init?.imagePullPolicy], ["runner:1", "IfNotPresent"]);
    assert.deepEqual(init?.command, ["install-runner", "/runner"]);
    assert.deepEqual(init?.volumeMounts, [{ name: "runner", mountPath: "/runner" }]);
  });

  test("has the runner read-only, a folder to share with it, and a place for temporary files on its read-only root", () => {
    assert.deepEqual(work?.volumeMounts?.slice(1), [
      { name: "runner", mountPath: "/batch", readOnly: true },
      { name: "files", mountPath: "/run/batch" },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    assert.equal(work?.securityContext.readOnlyRootFilesystem, true);
  });

  test("has no init container where the image has the runner", () => {
    const overlaid = { reference: "pages-command:1", pullPolicy: "Never" };
    const { initContainers, containers, volumes } = workerPod({
      ...ARGS,
      image: overlaid,
      command: { ...command, runner: overlaid },
    });
    assert.equal(initContainers, undefined);
    assert.deepEqual([containers[0]?.image, containers[0]?.imagePullPolicy], ["pages-command:1", "Never"]);
    assert.deepEqual(containers[0]?.command, work?.command);
    const names = containers[0]?.volumeMounts?.map(({ name }) => name);
    assert.deepEqual(
      names?.filter((name) => name !== "ca"),
      ["files", "tmp"],
    );
    assert.ok(!volumes?.some(({ name }) => name === "runner"));
  });

  test("hides from the runner what an image sets for Node.js, and gives the command what the batch sets", () => {
    const env = { COMMAND_ENV_NODE_OPTIONS: "--max-old-space-size=512" };
    const found: string[] = [];
    podRule(true)("pod", { env }, found);
    assert.deepEqual(found, []);
    const variables = workerPod({ ...ARGS, command, pod: { env } }).containers[0]?.env.map(({ name, value }) => [
      name,
      value ?? "",
    ]);
    const runner = Object.fromEntries(variables ?? []) as Record<string, string>;
    assert.deepEqual([runner.NODE_OPTIONS, runner.LD_PRELOAD, runner.OPENSSL_CONF], ["", "", ""]);
    const { NODE_OPTIONS, ...others } = getCommandEnvironment(runner, {}, {});
    assert.equal(NODE_OPTIONS, env.COMMAND_ENV_NODE_OPTIONS);
    assert.ok(!("LD_PRELOAD" in others) && !("OPENSSL_CONF" in others));
  });

  test("fulfils the restricted standard in both containers, with the same resources", () => {
    assert.deepEqual(init?.securityContext, work?.securityContext);
    assert.deepEqual(init?.resources, work?.resources);
  });
});

describe("what a cluster wants of pods", () => {
  const spec = workerPod({
    ...ARGS,
    pod: {
      serviceAccountName: "pages",
      env: { MODE: "fast" },
      envFromSecrets: [{ name: "pages-secret", prefix: "PAGES_" }, { name: "more" }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "gpu", operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [{ maxSkew: 2, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }],
      priorityClassName: "low",
      resources: { requests: { "ephemeral-storage": "1Gi" }, limits: { cpu: "2", "nvidia.com/gpu": "1" } },
      imagePullSecrets: ["registry"],
      runtimeClassName: "gvisor",
      runAsUser: 1234,
      podSpecPatch: { dnsPolicy: "None", containers: [{ securityContext: { readOnlyRootFilesystem: false } }] },
    },
  });
  const [work] = spec.containers;

  test("reaches the pod beside what the worker needs", () => {
    assert.partialDeepStrictEqual(spec, {
      serviceAccountName: "pages",
      nodeSelector: { disk: "ssd" },
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [{ maxSkew: 2, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }],
      priorityClassName: "low",
      imagePullSecrets: [{ name: "registry" }],
      runtimeClassName: "gvisor",
      securityContext: { runAsNonRoot: true, runAsUser: 1234 },
      dnsPolicy: "None",
    });
    assert.equal(spec.tolerations.length, 3, "its own two and that one");
    assert.deepEqual(
      spec.volumes?.map(({ name }) => name),
      ["ca", "data"],
    );
  });

  test("reaches the container, whose settings come after what could hide them", () => {
    assert.deepEqual(work?.env.at(-1), { name: "MODE", value: "fast" });
    assert.deepEqual(work?.envFrom, [
      { secretRef: { name: "pages-secret" }, prefix: "PAGES_" },
      { secretRef: { name: "more" } },
    ]);
    assert.deepEqual(work?.resources, {
      requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "1Gi" },
      limits: { memory: "128Mi", cpu: "2", "nvidia.com/gpu": "1" },
    });
    assert.deepEqual(
      work?.volumeMounts?.map(({ mountPath }) => mountPath),
      ["/etc/postgresql-ca", "/data"],
    );
  });

  test("patches the container by position, and leaves what it does not name", () => {
    assert.deepEqual(work?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("nothing that is empty is a field: KEDA's objects come back without it", () => {
    const empty = workerPod({ ...ARGS, pod: { nodeSelector: {}, topologySpreadConstraints: [], envFromSecrets: [] } });
    assert.deepEqual(empty, pod);
  });
});
