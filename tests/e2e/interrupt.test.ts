import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../cli/runProgram.ts";
import { collectOutput } from "../support/collectOutput.ts";
import { createPrograms, type Programs } from "../support/programs.ts";
import { until } from "../support/until.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

const SAY = `say() { echo "$1" >> "\${0%/*}/calls.log"; }`;

/** A Pulumi whose first command, the stack's selection, runs until it is asked to end. */
function pulumi(onInterrupt: string): Readonly<Record<string, string>> {
  return {
    kubectl: `case "$*" in "config current-context") echo fake;; *kube-system*) echo 1-2;; esac`,
    docker: "",
    pulumi: `${SAY}; trap 'say asked; ${onInterrupt}' INT; say "at work"; while true; do sleep 0.05; done`,
  };
}

interface Run {
  readonly programs: Programs;
  readonly child: ChildProcess;
  output(): string;
  readonly exitCode: Promise<number | null>;
}

/** Starts `npm run e2e` in a separate process group, like a terminal's job, and waits until one of its programs is at work. */
async function runUntilAtWork(does: Readonly<Record<string, string>>): Promise<Run> {
  const programs = await createPrograms(does);
  const { NODE_COMPILE_CACHE } = process.env;
  const env = { NODE_COMPILE_CACHE, PATH: programs.folder, HOME: programs.folder, TMPDIR: programs.folder };
  let child: ChildProcess | undefined;
  let output = () => "";
  const ended = runProgram(process.execPath, [MAIN, "short"], {
    ...{ env, ownGroup: true },
    onStart(started) {
      child = started;
      output = collectOutput(started);
    },
  });
  await until("a program at work", async () => (await programs.calls()).includes("at work"));
  const exitCode = ended.then((result) => result.exitCode);
  return { programs, child: child as unknown as ChildProcess, output, exitCode };
}

describe("npm run e2e, interrupted", { timeout: 60_000, concurrency: 3 }, () => {
  for (const [signal, code, pulumiCode] of [
    ["SIGINT", 130, 0],
    ["SIGTERM", 143, 7],
    ["SIGHUP", 129, 0],
    ["SIGQUIT", 131, 7],
  ] as const) {
    test(`${signal}: Pulumi is asked once to end and is waited for, and nothing runs after it, even if it exits with ${pulumiCode}`, async () => {
      const onInterrupt = `sleep 0.3; say "cleaned up"; exit ${pulumiCode}`;
      const { programs, child, output, exitCode } = await runUntilAtWork(pulumi(onInterrupt));
      // A terminal's Ctrl-C reaches the whole process group, and a second time through npm.
      process.kill(-(child.pid as number), signal);
      child.kill(signal);
      assert.equal(await exitCode, code, output());
      const calls = await programs.calls();
      assert.deepEqual(calls.slice(calls.indexOf("at work")), ["at work", "asked", "cleaned up"]);
      assert.match(output(), /the stack is left as it is; the next run resumes it and destroys it\n$/);
    });
  }

  test("a second signal ends Pulumi at once, and says how to unlock the stack", async () => {
    const { programs, child, output, exitCode } = await runUntilAtWork(pulumi('say "pid $$"'));
    const interruptAgain = () => {
      child.kill("SIGINT");
      return child.exitCode !== null;
    };
    await until("an end", interruptAgain, { intervalMs: 200 });
    assert.equal(await exitCode, 130);
    const folder = `${programs.folder}/postgres-batch-e2e-\\d+-fake-1-2`;
    assert.match(output(), new RegExp(`PULUMI_BACKEND_URL=file://${folder} pulumi cancel --stack e2e --yes\n$`));
    const calls = await programs.calls();
    assert.equal(calls.filter((call) => call === "asked").length, 1);
    const pid = Number(calls.find((call) => call.startsWith("pid "))?.slice(4));
    const hasEnded = () => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    };
    await until("Pulumi's end", hasEnded);
  });

  test("ends at once if no Pulumi runs", async () => {
    const { child, exitCode } = await runUntilAtWork({ kubectl: `${SAY}; say "at work"; exec sleep 30` });
    process.kill(-(child.pid as number), "SIGTERM");
    assert.equal(await exitCode, 143);
  });
});
