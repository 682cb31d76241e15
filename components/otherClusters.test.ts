import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POD_ARGS } from "../tests/support/pulumi/componentArgs.ts";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { securityPatch, workPatch } from "../tests/support/pulumi/patches.ts";
import { podProblems, ruleProblems } from "../tests/support/pulumi/problems.ts";
import { addressRule } from "./batchRules.ts";
import { kedaValues } from "./kedaValues.ts";
import { postgresValues } from "./postgresValues.ts";
import { findForbidden } from "./restrictedPods.ts";
import { batchPod } from "./stackBatchArgs.ts";
import { type WorkerPodArgs, workerPod } from "./workerPod.ts";

const ARGS: WorkerPodArgs = {
  ...POD_ARGS,
  database: { host: "db.example", port: 5432, database: "shop", sslMode: "verify-full" },
};

describe("a certificate for another name than the host's", () => {
  const pooler = { host: "pooler.example", port: 6432 };
  const serverName = (pooled: boolean, more: object) => {
    const { containers } = workerPod({ ...ARGS, pooled, database: { ...ARGS.database, ...more } });
    return containers[0]?.env.find(({ name }) => name === "PG_SERVER_NAME");
  };

  test("is the one that pods expect of the server, and not of a pooler, which has its own", () => {
    const expected = { name: "PG_SERVER_NAME", value: "db.internal" };
    assert.deepEqual(serverName(true, { serverName: "db.internal" }), expected);
    assert.deepEqual(serverName(false, { serverName: "db.internal", pooler }), expected);
    assert.equal(serverName(true, { serverName: "db.internal", pooler }), undefined);
    assert.equal(serverName(true, {}), undefined);
    const other = { serverName: "db.internal", pooler: { ...pooler, serverName: "pooler.internal" } };
    assert.deepEqual(serverName(true, other), { ...expected, value: "pooler.internal" });
    assert.deepEqual(serverName(false, other), expected);
  });

  const ADDRESS = { ...ARGS.database, serverName: "db.internal" };
  for (const [what, address, problem] of [
    ["that nothing compares", { sslMode: "require" }, /^database.sslMode must be verify-full with serverName /],
    [
      "of a pooler that nothing compares",
      { sslMode: "require", serverName: undefined, pooler: { ...pooler, serverName: "pooler.internal" } },
      /^database.sslMode must be verify-full with pooler.serverName /,
    ],
    ["that KEDA's poll does not know", { scalerSslMode: "verify-full" }, /^database.scalerSslMode must be require /],
    ["that is a pattern", { serverName: "*.internal" }, /^database.serverName must be a host name /],
  ] as const)
    test(`is refused if it is one ${what}`, () => {
      const found = ruleProblems(addressRule, "database", { ...ADDRESS, ...address });
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", problem);
    });

  test("may be an address", () => {
    for (const serverName of ["10.0.0.1", "fd00::1"])
      assert.deepEqual(ruleProblems(addressRule, "database", { ...ADDRESS, serverName }), []);
  });
});

describe("a cluster with nodes of several operating systems", () => {
  const linux = { "kubernetes.io/os": "linux" };

  test("runs pods on its Linux nodes, in addition to what the pod's settings select", () => {
    assert.deepEqual(workerPod(ARGS).nodeSelector, linux);
    assert.deepEqual(workerPod({ ...ARGS, pod: { nodeSelector: { disk: "ssd" } } }).nodeSelector, {
      ...linux,
      disk: "ssd",
    });
  });

  test("runs the bundled PostgreSQL on its Linux nodes", () => {
    const admin = { user: "postgres", secretName: "admin", secretKey: "password" };
    const { primary } = postgresValues({ registry: "docker.io", admin, hbaName: "hba" });
    assert.deepEqual(primary.nodeSelector, linux);
  });
});

describe("a cluster that assigns the user ids of pods (OpenShift)", () => {
  for (const pod of [{ runAsAssignedUser: true }, securityPatch({ runAsUser: null })])
    test(`gets pods without a user id, which still meet the restricted standard, by ${Object.keys(pod)}`, () => {
      assert.deepEqual(podProblems(pod, true), []);
      const spec = workerPod({ ...ARGS, pod });
      assert.deepEqual(spec.securityContext, { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      assert.deepEqual(findForbidden(spec), []);
    });

  test("gets the user of a batch where the stack has the other kind", () => {
    assert.deepEqual(batchPod({ runAsAssignedUser: true }, { runAsUser: 1_234 }), { runAsUser: 1_234 });
    assert.deepEqual(batchPod({ runAsUser: 1_234 }, { runAsAssignedUser: true }), { runAsAssignedUser: true });
    assert.deepEqual(batchPod({ runAsUser: 1_234 }, {}), { runAsUser: 1_234 });
  });

  test("does not get both a given and an assigned user id", () => {
    const securityContext = { runAsUser: 1_234 };
    for (const [path, pod] of [
      ["runAsUser", { runAsUser: 1_234 }],
      ["podSpecPatch.securityContext.runAsUser", securityPatch(securityContext)],
      ["podSpecPatch.containers[0].securityContext.runAsUser", workPatch({ securityContext })],
    ] as const)
      assert.deepEqual(podProblems({ ...pod, runAsAssignedUser: true }, true), [
        `pod.${path} must not be set with runAsAssignedUser (the cluster assigns it); got both`,
      ]);
    const removed = { runAsAssignedUser: true, ...securityPatch({ runAsUser: null }) };
    assert.deepEqual(podProblems(removed, true), []);
    const batches = [{ kind: "clap", table: "make_it_clap", pod: { runAsAssignedUser: true } }];
    assert.deepEqual(configProblems({ pod: securityPatch(securityContext), batches }), [
      "batches[0].pod.podSpecPatch.securityContext.runAsUser must not be set with runAsAssignedUser (the cluster assigns it); got both",
    ]);
    assert.equal(workerPod({ ...ARGS, pod: { runAsAssignedUser: false } }).securityContext.runAsUser, 1_000);
  });
});

describe("a namespace that demands limits of every container", () => {
  test("gets them in the init container of a command as well, without the devices", () => {
    const command = { command: ["work"], runner: { reference: "runner:1" }, finalExitCodes: [] };
    const resources = { limits: { cpu: "1", "ephemeral-storage": "1Gi", "nvidia.com/gpu": "1" } };
    const { initContainers, containers } = workerPod({ ...ARGS, command, pod: { resources } });
    const shared = { memory: "128Mi", cpu: "1", "ephemeral-storage": "1Gi" };
    assert.deepEqual(initContainers?.[0]?.resources.limits, shared);
    assert.deepEqual(containers[0]?.resources.limits, { ...shared, "nvidia.com/gpu": "1" });
  });
});

describe("a registry with credentials", () => {
  test("is given to the pods of both charts", () => {
    const admin = { user: "postgres", secretName: "admin", secretKey: "password" };
    const postgres = { registry: "mirror.example", admin, hbaName: "hba" };
    const imagePullSecrets = ["mirror"];
    assert.deepEqual(postgresValues({ ...postgres, imagePullSecrets }).global.imagePullSecrets, ["mirror"]);
    assert.deepEqual(kedaValues({ imageRegistry: "mirror.example", imagePullSecrets }).imagePullSecrets, [
      { name: "mirror" },
    ]);
    assert.ok(!("imagePullSecrets" in postgresValues(postgres).global));
    assert.ok(!("imagePullSecrets" in kedaValues({ imageRegistry: "mirror.example" })));
  });
});
