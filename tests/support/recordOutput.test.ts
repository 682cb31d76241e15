import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { recordOutput } from "./recordOutput.ts";

afterEach(() => mock.restoreAll());

async function print(args: readonly string[]) {
  const shown = ["log", "error"].map((name) => mock.method(console, name as "log", () => undefined));
  const written: string[][] = [];
  const work = async () => {
    console.log("\na table");
    console.error("a limit");
    return 1;
  };
  const result = await recordOutput("bench", args, work, (...section) => {
    written.push(section.slice(0, 2) as string[]);
    return "FILE";
  });
  return { result, written, shown: shown.flatMap(({ mock: { calls } }) => calls.map((call) => call.arguments[0])) };
}

test("with --record what is printed is written as well, under the command without it", async () => {
  assert.deepEqual(await print(["claim", "--rounds", "3", "--record"]), {
    result: 1,
    written: [["npm run bench -- claim --rounds 3", "```\na table\na limit\n```"]],
    shown: ["\na table", "a limit", "recorded in FILE"],
  });
});

test("without it nothing is written", async () => {
  assert.deepEqual(await print(["claim"]), { result: 1, written: [], shown: ["\na table", "a limit"] });
});
