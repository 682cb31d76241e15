import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { codeBlocks } from "../support/codeBlocks.ts";

/** The text of docs/operations.md. */
export const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");

/** The sql blocks under a heading of docs/operations.md, as the statements they are made of. */
export function statements(heading: string): string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? "";
  const blocks = codeBlocks(section, "sql");
  assert.notEqual(blocks.length, 0, `a block under ${heading}`);
  return blocks.flatMap((block) => block.split(/;\n+/)).filter((each) => each.trim() !== "");
}
