import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { batchRule } from "./batchRules.ts";
import { migrationRule } from "./migrationRules.ts";

const problems = (podSpecPatch: object, more: object = {}) =>
  configProblems({ pod: { podSpecPatch }, createNamespace: "false", ...more });

describe("a pod that finds no service by the cluster's search domains", () => {
  for (const [patch, got] of [
    [{ dnsPolicy: "Default" }, "dnsPolicy Default without dnsConfig.searches"],
    [{ dnsPolicy: "None", dnsConfig: { nameservers: ["10.96.0.10"] } }, "dnsPolicy None without dnsConfig.searches"],
    [{ hostNetwork: true }, "hostNetwork without dnsPolicy ClusterFirstWithHostNet"],
  ] as const)
    test(`is refused with the bundled PostgreSQL: ${got}`, () => {
      const message = (path: string) =>
        `${path}.podSpecPatch must leave pods the cluster's search domains (they find the bundled PostgreSQL by them); got ${got}`;
      assert.deepEqual(problems(patch), [message("pod")]);
      const batches = [{ kind: "clap", table: "make_it_clap", pod: { podSpecPatch: patch } }];
      assert.deepEqual(problems({}, { batches }), [message("batches[0].pod")]);
    });

  test("is accepted with an existing PostgreSQL whose name is complete, and not one that is a service", () => {
    const existing = { host: "db.example", database: "shop", admin: { user: "owner", secretName: "owner" } };
    assert.deepEqual(problems({ dnsPolicy: "Default" }, { database: { existing } }), []);
    const service = { existing: { ...existing, host: "db.shop.svc" } };
    assert.match(
      problems({ dnsPolicy: "Default" }, { database: service }).join(),
      /\(they find db\.shop\.svc by them\)/,
    );
  });
});

test("a pod with search domains or aliases of its own is accepted", () => {
  for (const patch of [
    { dnsPolicy: "None", dnsConfig: { nameservers: ["10.96.0.10"], searches: ["cluster.example"] } },
    {
      dnsPolicy: "Default",
      hostAliases: [{ ip: "10.0.0.1", hostnames: ["my-release-postgresql.keda-with-postgresql.svc"] }],
    },
    { dnsPolicy: "ClusterFirstWithHostNet", hostNetwork: true },
    { dnsConfig: { options: [{ name: "ndots", value: "2" }] } },
  ])
    assert.deepEqual(problems(patch), []);
});

describe("a component's pod without the cluster's search domains", () => {
  const role = { user: "u", secretName: "s", secretKey: "k" };
  const problems = (address: object, podSpecPatch: object) => {
    const database = { host: "db.example", port: 5432, database: "shop", sslMode: "require", ...address };
    const shared = {
      namespace: "n",
      image: { reference: "i" },
      database,
      worker: role,
      scaler: role,
      pod: { podSpecPatch },
    };
    const found: string[][] = [[], []];
    batchRule("", { ...shared, kind: "clap", name: "clap", leaseSeconds: 30 }, found[0] ?? []);
    migrationRule("", { ...shared, admin: role }, found[1] ?? []);
    return found;
  };

  test("is refused with the name of a service", () => {
    for (const address of [{ host: "db.shop.svc" }, { pooler: { host: "db.shop.svc" } }]) {
      const message =
        "pod.podSpecPatch must leave pods the cluster's search domains (they find db.shop.svc by them); got dnsPolicy Default without dnsConfig.searches";
      assert.deepEqual(problems(address, { dnsPolicy: "Default" }), [[message], [message]]);
      assert.deepEqual(problems(address, {}), [[], []]);
    }
  });

  test("is accepted with a complete name", () => {
    assert.deepEqual(problems({ host: "db.shop.svc.cluster.local" }, { dnsPolicy: "Default" }), [[], []]);
  });
});
