import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProblemNotice } from "./kindProblem.ts";

const { client, query } = await createTestDatabase();

test("why no Job is started is printed once", async () => {
  const lines: string[] = [];
  const notice = createProblemNotice("clap", (line) => lines.push(line));
  await notice(client);
  for (let times = 0; times < 2; times++) {
    await query("select batch.pause('clap', 'the warehouse is closed')");
    for (let poll = 0; poll < 2; poll++) await notice(client);
    await query("select batch.resume('clap')");
    await notice(client);
  }
  assert.deepEqual(lines, [
    "no Job is started for the kind clap: paused: the warehouse is closed (to continue: select batch.resume('clap'))",
  ]);
});
