import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { assembleRunner } from "./assembleRunner.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../../", import.meta.url));
const GO = ["/usr/local/go/bin/go", "go"].find((go) => spawnSync(go, ["version"]).status === 0);
const WHY_NOT =
  process.getuid?.() !== 0
    ? "only root may chroot"
    : GO === undefined
      ? "Go must be installed (a static program)"
      : false;

/** A static program that tries to read what the runner hides from it. */
const PROGRAM = `package main
import ("fmt"; "io"; "os")
func main() {
  row, _ := io.ReadAll(os.Stdin)
  fmt.Println(string(row), os.Getuid(), os.Getenv("PGPASSWORD"))
  for _, file := range []string{"environ", "mem", "maps"} {
    _, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", os.Getppid(), file))
    fmt.Println(file, err != nil)
  }
  os.WriteFile(os.Getenv("BATCH_RESULT_FILE"), []byte("{\\"done\\": true}"), 0o600)
}`;

/** Runs one attempt of the program, as the packaged runner does. */
const RUNNER = `
import { createCommandWork } from "./worker/src/command/createCommandWork.ts";
const settings = { command: [process.argv[2]], finalExitCodes: [], retryAfterSeconds: 60, directory: "/run/batch" };
const signal = new AbortController().signal;
const log = { warn: console.log, error: console.log };
const result = await createCommandWork(settings).run('{"id":1}', {
  kind: "page", requestId: "1", attempt: 1, signal, killSignal: signal, log, checkpointJson: null, endedByItself() {}, token: "t",
});
console.log(JSON.stringify(result));
`;

describe("the packaged runner, in a root with nothing but one static program", { skip: WHY_NOT }, () => {
  const root = createFolder();

  before(async () => {
    chmodSync(root, 0o755);
    assembleRunner(join(root, "batch"));
    const from = { recursive: true, filter: (path: string) => !path.endsWith(".test.ts") };
    cpSync(join(repository, "worker/src"), join(root, "batch/worker/src"), from);
    cpSync(join(repository, "worker/package.json"), join(root, "batch/worker/package.json"));
    writeFileSync(join(root, "batch/run.mts"), RUNNER);
    for (const folder of ["proc", "run/batch"]) mkdirSync(join(root, folder), { recursive: true });
    const source = join(root, "work.go");
    writeFileSync(source, PROGRAM);
    await run(GO as string, ["build", "-o", join(root, "work"), source], {
      env: { ...process.env, CGO_ENABLED: "0", GO111MODULE: "off", GOFLAGS: "" },
    });
  });

  /** Lines that the runner printed, run as some user in the root. */
  async function inRoot(command: string): Promise<readonly string[]> {
    const runner = "/batch/lib/loader --library-path /batch/lib /batch/node --disable-warning=ExperimentalWarning";
    const steps = [
      'mount --bind "$PWD" "$PWD"',
      'cd "$PWD"',
      "mount -t proc proc proc",
      "mount -t tmpfs -o mode=1777 tmpfs run/batch",
      "mount -o remount,bind,ro .",
      `exec chroot --userspec=12345:12345 . ${runner} /batch/run.mts ${command}`,
    ];
    const env = { PGPASSWORD: "secret", PATH: process.env.PATH };
    const { stdout } = await run("unshare", ["--mount", "sh", "-c", steps.join(" && ")], { cwd: root, env });
    return stdout.trim().split("\n");
  }

  test("runs the program as a user that the image does not know, and hides its password from it", {
    timeout: 60_000,
  }, async () => {
    assert.deepEqual(await inRoot("/work"), [
      '{"id":1}',
      " 12345 ",
      "environ true",
      "mem true",
      "maps true",
      '{"outcome":"succeeded","result":{"done":true}}',
    ]);
  });

  test("reports what the image lacks, and what the runner hides of it", { timeout: 60_000 }, async () => {
    const hidden =
      "what the image itself has in /batch is hidden or replaced by the runner: put it into another folder";
    for (const [command, message] of [
      ["python3", "the image has no such program in its PATH"],
      ["/batch/run.sh", `there is no such file; ${hidden}`],
    ] as const) {
      const [line = ""] = await inRoot(command);
      const result = JSON.parse(line);
      assert.deepEqual([result.outcome, result.final], ["failed", true]);
      assert.equal(result.message, `cannot start ${command}: ${message}`);
    }
  });
});
