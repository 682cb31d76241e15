import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { configureStack } from "../support/pulumi/configureStack.ts";
import { mockEngine, recordProgram } from "../support/pulumi/recordResources.ts";

const SETTINGS = {
  database: { existing: { host: "db.example", database: "shop", admin: { user: "owner", password: "geheim" } } },
  pod: { env: { TOKEN: "geheim" } },
  batches: [{ kind: "page", table: "pages", image: "pages:1", command: ["work"], env: { KEY: "geheim" } }],
  image: { existing: "worker:1", existingRunner: "runner:1" },
};
const SECRETS = ["database", "pod", "batches"].map((key) => `postgres-batch:${key}`);

await mockEngine();
configureStack(SETTINGS, SECRETS);
// As Pulumi's language host sets it.
process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(SECRETS);
const { program, resources } = await recordProgram(() => import("../../index.ts"));

describe("settings that contain secrets (pulumi config set --secret --path)", () => {
  test("stay secrets in everything that is sent to Pulumi's engine", () => {
    assert.ok(resources.some(({ type }) => type.endsWith(":ScaledJob")));
    assert.ok(!JSON.stringify(resources.map(({ inputs }) => inputs)).includes("geheim"));
  });

  test("make the Job that the stack shows a secret", async () => {
    assert.equal(await pulumi.isSecret(program.job), true);
  });
});
