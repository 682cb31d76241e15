import assert from "node:assert/strict";
import { test } from "node:test";
import { toVariable } from "./toVariable.ts";

/** What Kubernetes makes of a variable's value (third_party/forked/golang/expansion). */
function expand(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$|\(([^)]*)\))/g, (all, escaped, name) =>
    escaped === "$" ? "$" : (variables[name as string] ?? all),
  );
}

for (const command of [
  ["sh", "-c", "echo $$ > /tmp/pid.$$; echo $HOME"],
  ["sh", "-c", "echo $(KIND) $(date) $"],
])
  test(`${JSON.stringify(command)} arrives unchanged in a container`, () =>
    assert.deepEqual(JSON.parse(expand(toVariable(command), { KIND: "page", PGPASSWORD: "x" })), command));
