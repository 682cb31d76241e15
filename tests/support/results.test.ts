import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { recordResults, withSection } from "./results.ts";

describe("withSection", () => {
  test("adds a section at the end", () => {
    assert.equal(withSection("# Day\n", "run a", "1"), "# Day\n\n## `run a`\n\n1\n");
    assert.equal(
      withSection("# Day\n\n## `run a`\n\n1\n", "run b", "2\n"),
      "# Day\n\n## `run a`\n\n1\n\n## `run b`\n\n2\n",
    );
  });

  test("replaces the section with the same title in place, and no other", () => {
    const text = "# Day\n\n## `run a`\n\n1\n\n### detail\n\n## `run ab`\n\n2\n";
    assert.equal(withSection(text, "run a", "3"), "# Day\n\n## `run a`\n\n3\n\n## `run ab`\n\n2\n");
  });
});

describe("recordResults", () => {
  test("writes a file for the day, keeping other commands' results in it", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "results-"));
    context.after(() => rm(folder, { recursive: true }));
    const now = new Date("2026-01-02T23:59:59Z");
    for (const [title, body] of [
      ["run a", "1"],
      ["run b", "2"],
      ["run a", "3"],
    ] as const) {
      assert.equal(recordResults(title, body, now, join(folder, "results")), join(folder, "results", "2026-01-02.md"));
    }
    const text = await readFile(join(folder, "results", "2026-01-02.md"), "utf8");
    assert.equal(text, "# Results of 2026-01-02\n\n## `run a`\n\n3\n\n## `run b`\n\n2\n");
  });
});
