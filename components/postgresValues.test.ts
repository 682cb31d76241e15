import assert from "node:assert/strict";
import { test } from "node:test";
import { postgresValues } from "./postgresValues.ts";

const admin = { user: "postgres", secretName: "admin", secretKey: "password" };
const { global, image, extraDeploy, primary } = postgresValues({ registry: "mirror.example", admin, hbaName: "hba" });

test("whoever comes over the network comes by TLS and with a password", () => {
  const [{ metadata, data }] = extraDeploy as [(typeof extraDeploy)[number]];
  const lines = (data["pg_hba.conf"] ?? "").trim().split("\n");
  const rules = lines.map((line) => line.split(/ +/));
  assert.deepEqual(
    rules.filter(([type, , , address = ""]) => type !== "local" && !/^(127\.0\.0\.1\/32|::1\/128)$/.test(address)),
    [["hostssl", "all", "all", "all", "md5"]],
  );
  for (const rule of rules) assert.equal(rule.at(-1), "md5", rule.join(" "));
  assert.equal(metadata.name, "hba");
});

test("the chart takes images under a name that it does not know", () => {
  assert.equal(image.repository, "bitnamilegacy/postgresql");
  assert.deepEqual(global, { security: { allowInsecureImages: true } });
});

test("the running server obeys that file", () => {
  const [flags] = primary.extraEnvVars;
  assert.deepEqual(flags, { name: "POSTGRESQL_EXTRA_FLAGS", value: "-c hba_file=/etc/postgresql-hba/pg_hba.conf" });
  assert.deepEqual(primary.extraVolumes, [{ name: "hba", configMap: { name: "hba" } }]);
  assert.deepEqual(primary.extraVolumeMounts, [{ name: "hba", mountPath: "/etc/postgresql-hba", readOnly: true }]);
});

test("a server that is asked to stop does not wait for the sessions of workers", () => {
  assert.deepEqual(primary.lifecycleHooks.preStop.exec.command, ["sh", "-c", "kill -INT 1"]);
});
