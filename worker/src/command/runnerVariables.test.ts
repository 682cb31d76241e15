import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readSettings } from "../settings.ts";
import { readCommandSettings } from "./commandSettings.ts";
import { RUNNER_VARIABLES } from "./runnerVariables.ts";

/** The work's own, which createClient.ts hides from node-postgres only. */
const PASSED_ON = ["NODE_PG_FORCE_NATIVE"];

const SOURCES = fileURLToPath(new URL("..", import.meta.url));

/** The variables that `read` reads; each gets a value with which it continues. */
function recordReads(read: (env: NodeJS.ProcessEnv) => unknown): readonly string[] {
  const names = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get(_env, name: string) {
        names.add(name);
        return name === "COMMAND" ? '["true"]' : undefined;
      },
    },
  );
  try {
    read(env);
  } catch {
    // A required setting is missing; all are read before that is reported.
  }
  return [...names];
}

test("every variable that is read as a setting is withheld from the command", () => {
  const names = [...recordReads(readSettings), ...recordReads(readCommandSettings)];
  assert.ok(names.includes("PGPASSWORD") && names.includes("FINAL_EXIT_CODES"));
  const passedOn = names.filter((name) => !RUNNER_VARIABLES.has(name));
  assert.deepEqual(passedOn, []);
});

test("every variable that any other file of the worker names is withheld, too", () => {
  const files = globSync("**/*.ts", { cwd: SOURCES }).filter((file) => !file.endsWith(".test.ts"));
  const texts = files.map((file) => readFileSync(`${SOURCES}/${file}`, "utf8"));
  const read = texts.flatMap((text) => text.match(/(?<=\benv\.)[A-Z]\w+/g) ?? []);
  const destructured = texts
    .flatMap((text) => text.match(/(?<=\{)[^{}]*(?=\}(: NodeJS\.ProcessEnv| = (process\.)?env\b))/g) ?? [])
    .flatMap((names) => names.match(/\b[A-Z]\w+\b/g) ?? []);
  const names = [...read, ...destructured];
  assert.ok(["WORKER_PASSWORD", "JOB_NAME", "COMMAND_DIRECTORY"].every((name) => names.includes(name)));
  const passedOn = names.filter((name) => !RUNNER_VARIABLES.has(name) && !PASSED_ON.includes(name));
  assert.deepEqual(passedOn, []);
});
