import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POD_ARGS as ARGS, POD_SETTINGS } from "../tests/support/pulumi/componentArgs.ts";
import { podProblems } from "../tests/support/pulumi/problems.ts";
import { getCommandEnvironment } from "../worker/src/command/commandEnvironment.ts";
import { workerPod } from "./workerPod.ts";

const pod = workerPod(ARGS);
const [container] = pod.containers;

describe("a pod of the worker's image", () => {
  test("is evicted from a lost node 30 s after Kubernetes noticed the loss", () => {
    const tolerations = ["not-ready", "unreachable"].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 30,
    }));
    assert.deepEqual(pod.tolerations, tolerations);
  });

  test("does not run the worker as PID 1, which would not receive SIGTERM during startup", () => {
    assert.equal(pod.shareProcessNamespace, true);
  });

  test("uses the image built by the node's daemon, without a registry", () => {
    assert.deepEqual([container?.image, container?.imagePullPolicy], ["postgres-batch:0123456789ab", "Never"]);
  });

  test("meets the restricted standard, mounts no token and no key, and has the given resources", () => {
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

  test("gets the database's address in its environment, and the password only by reference", () => {
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

  test("has the field args only if there are arguments", () => {
    assert.ok(!("args" in (container ?? {})));
    assert.deepEqual(workerPod({ ...ARGS, args: ["migrate"] }).containers[0]?.args, ["migrate"]);
  });

  test("mounts nothing if the database is verified against the authorities of Node.js", () => {
    const { caSecretName, ...database } = ARGS.database;
    const spec = workerPod({ ...ARGS, database });
    assert.ok(!("volumes" in spec) && !("volumeMounts" in (spec.containers[0] ?? {})));
    assert.ok(!spec.containers[0]?.env.some(({ name }) => name === "PG_CA_FILE"));
  });

  test("connects to the pooler if there is one, except for the migration", () => {
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
    command: ["python3", "work.py", "$(KIND)"],
    runner: { reference: "runner:1", pullPolicy: "IfNotPresent" },
    finalExitCodes: [],
  };
  const spec = workerPod({ ...ARGS, image: { reference: "pages:1" }, command });
  const [work] = spec.containers;
  const [init] = spec.initContainers ?? [];

  test("runs the unmodified image, started by the runner that an init container supplies", () => {
    assert.deepEqual([work?.image, work?.args], ["pages:1", undefined]);
    assert.deepEqual(work?.command?.slice(0, 4), ["/batch/lib/loader", "--library-path", "/batch/lib", "/batch/node"]);
    const variable = (name: string) => work?.env?.find((each) => each.name === name)?.value;
    assert.equal(variable("COMMAND"), '["python3","work.py","$$(KIND)"]');
    assert.equal(variable("COMMAND_DIRECTORY"), "/run/batch");
    assert.equal(variable("NODE_COMPILE_CACHE"), "/batch/.cache");
    assert.equal(variable("NODE_OPTIONS"), "", "the image's value would also apply to the runner");
    assert.ok(!("imagePullPolicy" in (work ?? {})), "Kubernetes' default applies");
    assert.deepEqual([init?.image, init?.args], ["runner:1", ["/runner"]]);
  });

  test("mounts the runner read-only, a folder shared with it, and /tmp on its read-only root", () => {
    assert.deepEqual(work?.volumeMounts?.slice(1), [
      { name: "runner", mountPath: "/batch", readOnly: true },
      { name: "files", mountPath: "/run/batch" },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    assert.equal(work?.securityContext.readOnlyRootFilesystem, true);
  });

  test("has no init container if the image contains the runner", () => {
    const overlaid = { reference: "pages-command:1", pullPolicy: "Never" };
    const contained = { ...command, runner: overlaid };
    const { initContainers, containers, volumes } = workerPod({ ...ARGS, image: overlaid, command: contained });
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
    assert.deepEqual(podProblems({ env }, true), []);
    const [container] = workerPod({ ...ARGS, command, pod: { env } }).containers;
    const variables = container?.env.map(({ name, value = "" }) => [name, value]) ?? [];
    const runner = Object.fromEntries(variables) as Record<string, string>;
    assert.deepEqual([runner.NODE_OPTIONS, runner.LD_PRELOAD, runner.OPENSSL_CONF], ["", "", ""]);
    const { NODE_OPTIONS, ...others } = getCommandEnvironment(runner, {}, {});
    assert.equal(NODE_OPTIONS, env.COMMAND_ENV_NODE_OPTIONS);
    assert.ok(!("LD_PRELOAD" in others) && !("OPENSSL_CONF" in others));
  });

  test("meets the restricted standard in both containers, with the same resources", () => {
    assert.deepEqual(init?.securityContext, work?.securityContext);
    assert.deepEqual(init?.resources, work?.resources);
  });
});

describe("pod settings", () => {
  const spec = workerPod({ ...ARGS, pod: POD_SETTINGS });
  const [work] = spec.containers;

  test("apply to the pod in addition to what the worker needs", () => {
    assert.partialDeepStrictEqual(spec, {
      serviceAccountName: "pages",
      nodeSelector: { disk: "ssd" },
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      topologySpreadConstraints: [{ maxSkew: 2, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }],
      priorityClassName: "low",
      imagePullSecrets: [{ name: "registry" }],
      runtimeClassName: "gvisor",
      securityContext: { runAsNonRoot: true, runAsUser: 1234 },
      dnsPolicy: "None",
    });
    assert.equal(spec.tolerations.length, 3, "its own two and the given one");
    assert.deepEqual(
      spec.volumes?.map(({ name }) => name),
      ["ca", "data"],
    );
  });

  test("apply to the container, after the worker's own variables and mounts", () => {
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

  test("patch the container by position, and keep fields that the patch does not name", () => {
    assert.deepEqual(work?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("omit empty fields, which KEDA would remove from its objects", () => {
    const empty = workerPod({ ...ARGS, pod: { nodeSelector: {}, topologySpreadConstraints: [], envFromSecrets: [] } });
    assert.deepEqual(empty, pod);
  });
});
