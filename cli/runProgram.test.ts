import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getOutput } from "./getOutput.ts";
import { runProgram } from "./runProgram.ts";

const sh = (script: string) => ["-c", script];

describe("runProgram", () => {
  test("captures both outputs and the exit code, and passes every word unchanged", async () => {
    const result = await runProgram("sh", ["-c", 'printf "%s" "$1"; echo no >&2; exit 7', "sh", "a; $(b) 'c"]);
    assert.deepEqual(result, { exitCode: 7, signal: null, stdout: "a; $(b) 'c", stderr: "no\n" });
  });

  test("writes the input, even to a program that does not read it", async () => {
    assert.equal((await runProgram("cat", [], { input: "é".repeat(100_000) })).stdout, "é".repeat(100_000));
    assert.equal((await runProgram("true", [], { input: "x".repeat(1_000_000) })).exitCode, 0);
  });

  test("reports the signal that ended a program", async () => {
    const { exitCode, signal } = await runProgram("sleep", ["60"], { onStart: (child) => child.kill("SIGTERM") });
    assert.deepEqual([exitCode, signal], [null, "SIGTERM"]);
  });

  test("reports that a program must be on PATH, and where to get it", async () => {
    await assert.rejects(runProgram("kubectl", [], { env: { PATH: "/nowhere" } }), {
      name: "UsageError",
      exitCode: 64,
      message: "kubectl must be on PATH (to install it: https://kubernetes.io/docs/tasks/tools/); it was not found",
    });
    await assert.rejects(runProgram("no-such-program", []), /^UsageError: no-such-program must be on PATH; it was/);
  });

  test("reports the reason of any other failure to start", async () => {
    await assert.rejects(runProgram("/etc/passwd", []), /^Error: cannot start \/etc\/passwd: .*EACCES/);
    await assert.rejects(runProgram("sh", [], { cwd: "/nowhere" }), /^Error: cannot start sh: .*\/nowhere/);
  });

  test("ends the program when its signal aborts", async () => {
    const abort = new AbortController();
    const running = runProgram("sleep", ["60"], { signal: abort.signal, onStart: () => abort.abort() });
    await assert.rejects(running, { name: "AbortError" });
  });
});

describe("getOutput", () => {
  test("is what the program wrote to standard output", async () => {
    assert.equal(await getOutput("sh", sh("echo yes; echo no >&2")), "yes\n");
  });

  test("throws the end of both outputs when the program fails", async () => {
    await assert.rejects(getOutput("sh", sh("echo yes; echo no >&2; exit 3")), {
      name: "ProgramError",
      message: "sh -c echo yes; echo no >&2; exit 3 ended with exit code 3:\nyes\nno",
    });
  });
});
