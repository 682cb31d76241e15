import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readCommandSettings } from "../../worker/src/command/commandSettings.ts";
import { RUNNER_VARIABLES } from "../../worker/src/command/runnerVariables.ts";
import { readSettings } from "../../worker/src/settings.ts";
import { declaredConfig } from "../support/pulumi/declaredConfig.ts";
import { REQUIRED, SETTINGS_PAGE, settingsPage, workerVariables } from "./settingsPage.ts";

const COMMAND = '["true"]';

/** Set by the worker's image, and read by the migration only. */
const OTHER_VARIABLES = [
  ...["NODE_COMPILE_CACHE", "ATTACH", "MAX_CONNECTIONS_NEEDED"],
  ...["WORKER_USERNAME", "WORKER_PASSWORD", "SCALER_USERNAME", "SCALER_PASSWORD"],
];

/** Every setting that the worker makes of an environment. */
function read(env: NodeJS.ProcessEnv): object {
  const known = { ...REQUIRED, COMMAND, ...env };
  return { ...readSettings(known), ...readCommandSettings(known) };
}

describe("docs/settings.md", () => {
  const page = readFileSync(SETTINGS_PAGE, "utf8");
  const variables = Object.entries(workerVariables());

  test("is what Pulumi.yaml and the worker's settings say", () => {
    assert.equal(page, settingsPage(), "run `npm run docs` and commit docs/settings.md");
  });

  test("has every key of Pulumi.yaml once, with its default", () => {
    for (const [key, { defaultValue, description }] of Object.entries(declaredConfig())) {
      const lines = page.split("\n").filter((line) => line.startsWith(`- \`${key}\``));
      assert.deepEqual(lines, [`- \`${key}\` = \`${defaultValue}\`: ${description}`]);
    }
  });

  test("has every variable that the worker reads, and no other", () => {
    assert.deepEqual([...variables.map(([name]) => name), ...OTHER_VARIABLES].sort(), [...RUNNER_VARIABLES].sort());
  });

  for (const [name, { defaultValue, rule }] of variables) {
    if (defaultValue !== undefined)
      test(`${name}: set to its default, it changes nothing`, () => {
        assert.deepEqual(read({ [name]: String(defaultValue) }), read({}));
      });

    if (rule !== undefined)
      test(`${name}: ${rule.min} and ${rule.max} are allowed, what is beyond is refused by its name`, () => {
        for (const value of [rule.min, rule.max]) read({ [name]: String(value) });
        for (const value of [rule.min - 1, rule.max + 1])
          assert.throws(() => read({ [name]: String(value) }), { message: new RegExp(`${name} must be`) });
      });
  }

  for (const name of Object.keys(REQUIRED))
    test(`${name} is required`, () => {
      assert.throws(() => read({ [name]: "" }), { message: new RegExp(`${name} must be`) });
      assert.ok(page.split("\n").some((line) => line.startsWith(`- \`${name}\`: `) && line.endsWith("(required)")));
    });
});
