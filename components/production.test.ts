import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { load } from "js-yaml";
import { codeBlocks } from "../tests/support/codeBlocks.ts";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { CONFIG_RULES } from "./stackConfigRules.ts";

const page = readFileSync(new URL("../docs/production.md", import.meta.url), "utf8");
const blocks = codeBlocks(page, "yaml").filter((block) => block.startsWith("config:\n"));

describe("docs/production.md", () => {
  test("shows settings", () => assert.notEqual(blocks.length, 0));

  for (const block of blocks) {
    const { config } = load(block) as { readonly config: Record<string, unknown> };
    const settings = Object.entries(config).map(([key, value]) => [key.replace("postgres-batch:", ""), value] as const);
    const keys = settings.map(([key]) => key);
    test(`shows valid settings: ${keys.join(", ")}`, () => {
      for (const key of keys) assert.ok(key in CONFIG_RULES, key);
      assert.deepEqual(configProblems(Object.fromEntries(settings)), []);
    });
  }

  test("shows every key whose value is a list or an object", () => {
    for (const [key, { type }] of Object.entries(CONFIG_RULES))
      if (type === "object" || type === "array") assert.ok(page.includes(`postgres-batch:${key}:`), key);
  });
});
