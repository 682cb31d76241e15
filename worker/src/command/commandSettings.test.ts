import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { test } from "node:test";
import { settingsProblems } from "../../../tests/support/settingsProblems.ts";
import { readCommandSettings } from "./commandSettings.ts";

const getProblems = (env: NodeJS.ProcessEnv) => settingsProblems(() => readCommandSettings(env));

const COMMAND = '["python3", "work.py"]';

test("COMMAND is enough, everything else has a default", () => {
  assert.deepEqual(readCommandSettings({ COMMAND }), {
    command: ["python3", "work.py"],
    finalExitCodes: [],
    retryAfterSeconds: 60,
    directory: tmpdir(),
  });
});

test("every setting is read", () => {
  const env = { COMMAND, FINAL_EXIT_CODES: "3, 4", RETRY_AFTER_SECONDS: "0.5", COMMAND_DIRECTORY: "/run/batch" };
  assert.deepEqual(readCommandSettings(env), {
    command: ["python3", "work.py"],
    finalExitCodes: [3, 4],
    retryAfterSeconds: 0.5,
    directory: "/run/batch",
  });
});

test("a relative folder is the runner's, and its path is absolute: a command may change its own folder", () => {
  assert.equal(readCommandSettings({ COMMAND, COMMAND_DIRECTORY: "files" }).directory, resolve("files"));
});

const WRONG: Readonly<Record<string, readonly string[]>> = {
  COMMAND: ["", "python3 work.py", "[]", '[""]', "{}", '"sh"', "[1]", '["sh", null]', '["a\\u0000b"]'],
  FINAL_EXIT_CODES: ["0", "75", "256", "-1", "1.5", "x", "1,,2", "1 2"],
  RETRY_AFTER_SECONDS: ["-1", "604801", "1m", "Infinity"],
};

for (const [name, values] of Object.entries(WRONG)) {
  for (const value of values) {
    test(`${name}=${JSON.stringify(value)} is refused by its name, with what is allowed and what it got`, async () => {
      const [problem = "", ...others] = await getProblems({ COMMAND, [name]: value });
      assert.match(problem, new RegExp(`^${name} must be .+ \\(.+\\); got `));
      assert.ok(problem.endsWith(JSON.stringify(value)));
      assert.deepEqual(others, []);
    });
  }
}

test("all errors are reported at once", async () => {
  assert.equal((await getProblems({ COMMAND: "sh", FINAL_EXIT_CODES: "0", RETRY_AFTER_SECONDS: "x" })).length, 3);
});
