import assert from "node:assert/strict";
import { test } from "node:test";
import { withSection } from "./results.ts";

test("a section replaces the one with the same title in place, and no other", () => {
  const text = "# Day\n\n## `run a`\n\n1\n\n### detail\n\n## `run ab`\n\n2\n";
  assert.equal(withSection(text, "run a", "3"), "# Day\n\n## `run a`\n\n3\n\n## `run ab`\n\n2\n");
});
