import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { issueCertificate } from "../../support/issueCertificate.ts";
import { readConfig } from "../../support/pulumi/configProblems.ts";
import { toConfig } from "../settings.ts";
import { applicationSettings, DEPOT, type Given, SHOP } from "./applications.ts";

describe("the stacks of npm run e2e -- cluster", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ca-"));
  const caFile = join(folder, "ca.crt");
  writeFileSync(caFile, (await issueCertificate("192.0.2.1")).authority);
  const owners = Object.fromEntries([SHOP, DEPOT].map(({ name }) => [name, { user: `${name}_admin`, password: "" }]));
  const outside = { address: "192.0.2.1", port: 5_432, poolerPort: 6_432, owners };
  const registry = { registry: "localhost:5000/run", pullRegistry: "192.0.2.1:5000/run" };
  const given: Given = { outside, registry, caFile, maxReplicaCount: 5 };

  function read(application: typeof SHOP) {
    const settings = applicationSettings(application, { kubernetesContext: "two" }, given);
    const database = JSON.parse(settings.database ?? "");
    if (application === DEPOT) database.existing.admin.password = "secret";
    const config = toConfig({ ...settings, database: JSON.stringify(database) }, "p");
    const values = Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice("p:".length), value]));
    return readConfig(values);
  }

  test("have settings that the program accepts, in different namespaces and databases", (t) => {
    t.after(() => rmSync(folder, { recursive: true }));
    const [shop, depot] = [read(SHOP), read(DEPOT)];
    assert.deepEqual([shop.database.namespace, depot.database.namespace], ["shop", "depot"]);
    assert.deepEqual([shop.database.existing?.database, depot.database.existing?.database], ["shop", "depot"]);
    assert.deepEqual([shop.database.existing?.pooler?.port, depot.database.existing?.pooler?.port], [undefined, 6_432]);
    assert.deepEqual([shop.database.createNamespace, depot.database.createNamespace], [false, true]);
    assert.deepEqual(
      [shop, depot].map(({ batches }) => batches.map(({ name, leaseSeconds }) => [name, leaseSeconds])),
      [[[SHOP.batch, 0]], [[DEPOT.batch, 30]]],
    );
  });
});
