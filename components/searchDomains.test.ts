import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";

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

  test("is accepted with an existing PostgreSQL, whose name may be complete", () => {
    const existing = { host: "db.example", database: "shop", admin: { user: "owner", secretName: "owner" } };
    assert.deepEqual(problems({ dnsPolicy: "Default" }, { database: { existing } }), []);
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
