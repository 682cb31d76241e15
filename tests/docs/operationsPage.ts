import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { codeBlocks } from "../support/codeBlocks.ts";
import type { TestDatabase } from "../support/database.ts";

/** The text of docs/operations.md. */
export const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");

/** Runs the sql blocks under a heading of docs/operations.md; resolves with what each statement returns. */
export async function run(query: TestDatabase["query"], heading: string): Promise<object[][]> {
  const results: object[][] = [];
  for (const each of statements(heading)) results.push(await query(each));
  return results;
}

/** The sql blocks under a heading of docs/operations.md, as the statements they are made of. */
export function statements(heading: string): string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? "";
  const blocks = codeBlocks(section, "sql");
  assert.notEqual(blocks.length, 0, `a block under ${heading}`);
  return blocks.flatMap((block) => block.split(/;\n+/)).filter((each) => each.trim() !== "");
}
