import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../support/pulumi/configProblems.ts";
import { EXAMPLES, readExample, readRoleCommands } from "./examplePage.ts";

describe("the pages of the examples", () => {
  for (const name of EXAMPLES) {
    const { commands, batch } = readExample(name);

    test(`${name}: the stack accepts the batch`, () => {
      const { batches, runner } = readConfig({ batches: [batch] });
      assert.equal(batches[0]?.kind, batch.kind);
      assert.ok(runner, "a command needs the runner");
    });

    test(`${name}: the commands build the image of the batch and create its table`, () => {
      assert.ok(commands.includes(`docker build -t ${batch.image} examples/${name}`), commands);
      assert.match(commands, new RegExp(`< examples/${name}/\\w+\\.sql$`, "m"));
    });
  }

  test("give the command the Secret that docs/commands.md creates", () => {
    for (const name of EXAMPLES)
      assert.deepEqual(readExample(name).batch.envFromSecrets, [{ name: "program", prefix: "COMMAND_ENV_" }]);
    assert.match(readRoleCommands(), /create role program .*\n.*create secret generic program /s);
  });
});
