import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** The text of docs/operations.md. */
export const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");

/** The sql blocks under a heading of docs/operations.md, as the statements they are made of. */
export function statements(heading: string): string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? "";
  const blocks = [...section.matchAll(/^```sql\n(.*?)^```/gms)].map(([, block = ""]) => block);
  assert.notEqual(blocks.length, 0, `a block under ${heading}`);
  return blocks.flatMap((block) => block.split(/;\n+/)).filter((each) => each.trim() !== "");
}
