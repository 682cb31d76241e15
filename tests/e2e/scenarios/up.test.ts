import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../../bench/limit.ts";
import { createPrograms } from "../../support/programs.ts";
import type { ScenarioContext } from "../scenario.ts";
import { up } from "./up.ts";

describe("without helm on PATH", () => {
  test("the first up is measured, but its claim is missed for lack of a comparison", async (context) => {
    const { folder } = await createPrograms({});
    const path = process.env.PATH;
    process.env.PATH = folder;
    context.after(() => {
      process.env.PATH = path;
    });
    const notes: string[] = [];
    const stack = { resources: async () => [], configure: () => undefined, up: async () => 25 };
    const findings = await up.run({ stack, note: (text: string) => notes.push(text) } as unknown as ScenarioContext);
    assert.deepEqual(findings.map(isKept), [true, false]);
    assert.match(notes.join(), /^helm must be on PATH .*; it was not found$/);
  });
});
