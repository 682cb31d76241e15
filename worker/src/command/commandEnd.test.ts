import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type CommandAttempt, runCommandAttempt, runScript, shell } from "../../../tests/support/commandAttempt.ts";
import { InterruptedError, TimedOutError } from "../errors.ts";
import type { WorkResult } from "../work.ts";

const SIGTERM = new InterruptedError("SIGTERM");
const TIMEOUT = new TimedOutError(5);

const RESULT = `printf '{"pages": 3}' > $BATCH_RESULT_FILE;`;
/** A script that runs `last` on SIGTERM. */
function obeys(last: string): string {
  return `finish() { ${last}; }; trap finish TERM; echo ready; while :; do sleep 0.01; done`;
}

/** Attempts of these scripts. */
const scripts = (...all: string[]): CommandAttempt[] => all.map((script) => ({ command: shell(script) }));

/** Attempts of these scripts that must stop. */
const stopped = (stopFor: Error, ...all: string[]) => scripts(...all).map((attempt) => ({ ...attempt, stopFor }));

/** Attempts that produce each row of the table. */
const ENDS: Readonly<Record<string, readonly CommandAttempt[]>> = {
  "exit 0": scripts("exit 0", `${RESULT} exit 0`),
  "exit 0, result file not JSON or over 64 KiB": scripts(
    "echo no > $BATCH_RESULT_FILE",
    `{ printf '"'; head -c 65535 /dev/zero | tr '\\0' a; printf '"'; } > $BATCH_RESULT_FILE`,
    "mkdir $BATCH_RESULT_FILE",
    "ln -s /nowhere $BATCH_RESULT_FILE",
    ": > $BATCH_RESULT_FILE",
    `printf '"\\\\u0000"' > $BATCH_RESULT_FILE`,
  ),
  "exit 64, 65 or 78": scripts("exit 64", "exit 65", "exit 78"),
  "exit with one of `finalExitCodes`": [{ command: shell("exit 3"), finalExitCodes: [3, 4] }],
  "exit 75": scripts("exit 75", `printf '{"retryAfter": -1}' > $BATCH_RESULT_FILE; exit 75`).map((attempt) => ({
    ...attempt,
    retryAfterSeconds: 7,
  })),
  'exit 75, result file `{"retryAfter": 90}`': scripts(`printf '{"retryAfter": 90}' > $BATCH_RESULT_FILE; exit 75`),
  "any other exit code": scripts(...[1, 2, 66, 74, 76, 126, 127, 143, 255].map((code) => `${RESULT} exit ${code}`)),
  "a signal that the runner did not send": scripts("kill -TERM $$", "kill -KILL $$", "kill -SEGV $$"),
  "SIGTERM, then exit 0 with a result file": stopped(
    SIGTERM,
    obeys(`${RESULT} exit 0`),
    obeys("echo null > $BATCH_RESULT_FILE; exit 0"),
  ),
  "SIGTERM, then any other end, even exit 0": stopped(
    SIGTERM,
    obeys("exit 0"),
    obeys("exit 65"),
    obeys("exit 75"),
    obeys(`${RESULT} exit 143`),
    obeys("echo no > $BATCH_RESULT_FILE; exit 0"),
    "echo ready; sleep 60",
  ),
  "timeout, then exit 0 with a result file": stopped(TIMEOUT, obeys(`${RESULT} exit 0`)),
  "timeout, then any other end": stopped(TIMEOUT, obeys("exit 0"), obeys("exit 75"), "echo ready; sleep 60"),
  "cannot be started": [{ command: ["no-such-program"] }, { command: ["/etc/passwd"] }, { command: [] }],
};

/** The result that a row of the table promises. */
function getExpected(attempt: string, then: string): Partial<WorkResult> {
  if (attempt === "retry later") {
    return { outcome: "retryLater", afterSeconds: Number(/after (\d+) s/.exec(then)?.[1] ?? 7) };
  }
  if (attempt === "failed") return { outcome: "failed", final: then.startsWith("DEAD at once") };
  return { outcome: attempt as "succeeded" | "crashed" | "interrupted" };
}

const LINES = readFileSync(new URL("../../../docs/commands.md", import.meta.url), "utf8")
  .split("\n## ")
  .find((section) => section.startsWith("How it ends"))
  ?.split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (-|the command )/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim())) as [string, string, string, string][];

describe("docs/commands.md", () => {
  test("states the attempt's outcome for every way in which a command ends", () => {
    const stated = LINES.map(([, line]) => line);
    assert.deepEqual(stated, Object.keys(ENDS));
  });

  for (const [, line, attempt, then] of LINES) {
    for (const given of ENDS[line] ?? []) {
      test(`${line}: ${attempt}, ${then} (${given.command?.at(-1)?.slice(0, 60)})`, async () => {
        const { result } = await runCommandAttempt(given);
        const expected = getExpected(attempt, then);
        const got = Object.fromEntries(Object.keys(expected).map((key) => [key, Reflect.get(result, key)]));
        assert.deepEqual(got, expected);
        if (attempt === "succeeded" && given.command?.at(-1)?.includes("pages")) {
          assert.deepEqual(result, { outcome: "succeeded", result: { pages: 3 } });
        }
        if (/timed out/.test(then)) assert.match(Reflect.get(result, "message"), /^timed out after 5 s/);
      });
    }
  }
});

test("the error says how the command ended, and ends with its stderr", async () => {
  const { result } = await runScript("echo first >&2; echo last >&2; exit 3");
  assert.deepEqual(result, { outcome: "failed", message: "exit code 3: first\nlast", final: false });
});

test("the error of a wrong result file says what is wrong with it, and ends with stderr, which may say why", async () => {
  const { result } = await runScript(": > $BATCH_RESULT_FILE; echo disk full >&2");
  const message = "the result file must be JSON; got an empty file: disk full";
  assert.deepEqual(result, { outcome: "failed", message, final: false });
});

test("the error of a command that has failed ends with its stdout if its stderr is empty", async () => {
  const failed = await runScript("echo first; echo last; exit 3");
  assert.deepEqual(failed.result, { outcome: "failed", message: "exit code 3: first\nlast", final: false });
  const both = await runScript("echo out; echo err >&2; exit 3");
  assert.deepEqual(both.result, { outcome: "failed", message: "exit code 3: err", final: false });
  const killed = await runScript("echo out; kill -KILL $$");
  assert.deepEqual(killed.result, { outcome: "crashed", message: "ended by SIGKILL" });
});

for (const [file, problem] of [
  ['{"retryAfter": "90"}', 'retryAfter must be a number from 0 to 604800 (seconds); got "90"'],
  ['{"retryAfter": 1e400}', "retryAfter must be a number from 0 to 604800 (seconds); got Infinity"],
  ['{"retryAfter": null}', "retryAfter must be a number from 0 to 604800 (seconds); got null"],
  ["90 s", "the result file must be JSON that PostgreSQL can store; got a syntax error"],
] as const) {
  test(`exit 75 with the result file ${file}: the error says that the delay is not the command's`, async () => {
    const { result } = await runScript(`printf '%s' '${file}' > $BATCH_RESULT_FILE; echo busy >&2; exit 75`);
    assert.deepEqual(result, { outcome: "retryLater", afterSeconds: 60, message: `exit code 75: busy; ${problem}` });
  });
}

test("exit 75 with another result waits as long as the setting says", async () => {
  for (const file of ["[1]", "null", '{"pages": 3}']) {
    const script = `printf '%s' '${file}' > $BATCH_RESULT_FILE; exit 75`;
    const { result } = await runScript(script, { retryAfterSeconds: 7 });
    assert.deepEqual(result, { outcome: "retryLater", afterSeconds: 7, message: "exit code 75" });
  }
});

test("a result's numbers keep their precision", async () => {
  const { result } = await runScript(`printf '{"id": 9007199254740993, "price": 1.10}' > $BATCH_RESULT_FILE`);
  assert.equal(JSON.stringify(result), '{"outcome":"succeeded","result":{"id":9007199254740993,"price":1.10}}');
});
