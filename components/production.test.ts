import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { load } from "js-yaml";
import { declaredDefaults } from "../tests/support/pulumi/declaredConfig.ts";
import { readStackConfig } from "./stackConfig.ts";
import { CONFIG_RULES } from "./stackConfigRules.ts";

const page = readFileSync(new URL("../docs/production.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```yaml\n(config:\n[\s\S]*?)^```/gm)].map(([, block = ""]) => block);

describe("docs/production.md", () => {
  for (const block of blocks) {
    const { config } = load(block) as { readonly config: Record<string, unknown> };
    const values = Object.entries(config).map(([key, value]) => [key.replace("postgres-batch:", ""), value] as const);
    test(`shows valid settings: ${values.map(([key]) => key).join(", ")}`, () => {
      const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
      const settings: Record<string, string> = {
        ...declaredDefaults(),
        ...Object.fromEntries(values.map(([key, value]) => [key, text(value)])),
      };
      for (const [key] of values) assert.ok(key in CONFIG_RULES, key);
      readStackConfig((key) => settings[key]);
    });
  }

  test("shows every key whose value is a list or an object", () => {
    for (const [key, { type }] of Object.entries(CONFIG_RULES))
      if (type === "object" || type === "array") assert.ok(page.includes(`postgres-batch:${key}:`), key);
  });
});
