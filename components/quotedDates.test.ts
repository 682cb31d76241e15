import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";

/** What Pulumi makes of a date without quotes. */
const CHANGED = [
  "2026-01-31 00:00:00 +0000 UTC",
  "2026-01-31 10:00:00.5 +0000 UTC",
  "2001-12-14 21:59:43.1 -0500 -0500",
];

const batch = (more: object) => ({ batches: [{ kind: "page", table: "pages", ...more }] });
const command = (...args: readonly string[]) => batch({ image: "pages:1", command: ["run", ...args] });

describe("a date without quotes in the stack's file", () => {
  for (const value of CHANGED) {
    for (const [path, changed] of [
      ["batches[0].command[1]", command(value)],
      ["batches[0].env.DAY", batch({ env: { DAY: value } })],
      ["pod.annotations.day", { pod: { annotations: { day: value } } }],
      ["kubernetesContext", { kubernetesContext: value }],
    ] as const)
      test(`is refused as ${path}, of which Pulumi makes another text: ${value}`, () =>
        assert.deepEqual(configProblems(changed), [
          `${path} must be a date in quotes (Pulumi changes one without quotes); got a date that it has changed`,
        ]));
  }

  test("is accepted with quotes", () =>
    assert.deepEqual(configProblems(command("2026-01-31", "2026-01-31T10:00:00Z", "2026-01-31 10:00:00")), []));
});
