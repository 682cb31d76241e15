import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { copyProject } from "../../tests/support/projectCopy.ts";

const copy = await copyProject();
const { loadHandler } = await import(pathToFileURL(join(copy, "worker/src/loadHandler.ts")).href);

/** What a handler's file may hold, and why it is refused. */
const FILES: Record<string, RegExp> = {
  "": /got no such export/,
  "export const handler = undefined": /got no such export/,
  "export const handler = null": /got one of kind undefined/,
  "export const handler = { check: () => 1, run: () => 1 }": /got one of kind undefined/,
  'export const handler = { kind: "other", check: () => 1, run: () => 1 }': /got one of kind "other"/,
  'export const handler = { kind: "KIND", run: () => 1 }': /got one without the function check/,
  'export const handler = { kind: "KIND", check: () => 1, run: 7 }': /got one without the function run/,
  "throw null": /cannot load .*: threw null/,
  "\nenum Odd { one }": /cannot load .*: SyntaxError: TypeScript enum .*\n(.*\n)? {4}at file:.*\/file\d+\.ts:2\n/,
  '\n\nimport { Missing } from "../errors.ts"': /named 'Missing'\n {4}at file:.*\/file\d+\.ts:3\n/,
};

describe("a handler's file that cannot work is refused before anything is claimed", () => {
  for (const [index, [text, message]] of Object.entries(FILES).entries()) {
    test(text || "an empty file", async () => {
      const kind = `file${index}`;
      await writeFile(join(copy, `worker/src/handlers/${kind}.ts`), text.replace("KIND", kind));
      await assert.rejects(loadHandler(kind), { name: "SettingsError", message });
    });
  }
});

test("a handler's file whose top-level await never settles is refused with that reason", async () => {
  await writeFile(join(copy, "worker/src/handlers/endless.ts"), "await new Promise(() => undefined)");
  const { HandlerWork } = await import(pathToFileURL(join(copy, "worker/src/handlerWork.ts")).href);
  await assert.rejects(new HandlerWork("endless").load(), {
    name: "SettingsError",
    message: /a top-level await that never settles/,
  });
});
