import assert from "node:assert/strict";
import { existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { url as getDebuggerUrl } from "node:inspector";
import { createServer } from "node:net";
import { after, describe, test } from "node:test";
import { runCommandAttempt, runScript } from "../../../tests/support/commandAttempt.ts";

/** What this process got from its own parent is passed on. */
const INHERITED = new Set(
  existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").filter((file) => Number(file) > 2) : [],
);

const noProc = !existsSync("/proc/self/stat") && "only Linux has /proc";

test("the program gets its arguments unchanged, without a shell", async () => {
  const words = ["$HOME", "a  b", "", "-n", "--", "*", "é😀", "`id`", "a\nb", `'"\\`, "$(id)", "%s"];
  const { stdout } = await runCommandAttempt({ command: ["printf", "%s\\0", ...words] });
  assert.deepEqual(stdout.toString().split("\0").slice(0, -1), words);
});

test("a command cannot start the runner's debugger, which would show it the password", async () => {
  const { result } = await runScript("kill -USR1 $PPID");
  assert.deepEqual(result, { outcome: "succeeded" });
  assert.equal(getDebuggerUrl(), undefined);
});

test("a relative program is one of the working folder, which is the runner's", async () => {
  const program = "examples/shell/nap.sh";
  const { result, stdout } = await runCommandAttempt({ command: ["sh", "-c", "pwd; test -x $0", program] });
  assert.deepEqual([stdout.toString().trim(), result.outcome], [process.cwd(), "succeeded"]);
  const { result: ran } = await runCommandAttempt({ command: [program], env: { PATH: "/nowhere" } });
  assert.match(JSON.stringify(ran), /exit code 127: .*nap\.sh.*cat/);
});

describe("the command's process", { skip: noProc }, () => {
  /** The fields of /proc/self/status in a command. */
  async function readStatus(): Promise<Readonly<Record<string, string>>> {
    const { stdout } = await runCommandAttempt({ command: ["cat", "/proc/self/status"] });
    const lines = stdout.toString().trim().split("\n");
    return Object.fromEntries(lines.map((line) => line.split(":\t")));
  }

  test("has the default handling of every signal, although Node ignores some", async () => {
    assert.match(readFileSync("/proc/self/status", "latin1"), /^SigIgn:\t.*[1-9a-f]/m);
    const { SigBlk, SigIgn, SigCgt } = await readStatus();
    assert.deepEqual([SigBlk, SigIgn, SigCgt].map(Number), [0, 0, 0]);
  });

  test("leads a session without a terminal, with the runner's file mode mask and priority", async () => {
    const { stdout } = await runCommandAttempt({ command: ["cat", "/proc/self/stat"] });
    const stat = (text: string) => text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [, , group, session, terminal] = stat(stdout.toString());
    const pid = stdout.toString().split(" ")[0];
    assert.deepEqual([group, session, terminal], [pid, pid, "0"]);
    const priority = (text: string) => stat(text)[19 - 3];
    assert.equal(priority(stdout.toString()), priority(readFileSync("/proc/self/stat", "latin1")));
    assert.equal(Number.parseInt((await readStatus()).Umask ?? "", 8), process.umask());
  });

  test("has output with a name while it runs: a file system in user space may know nothing of a removed file", async () => {
    const { stdout } = await runScript("stat -L -c %h /dev/stdout; stat -L -c %h /dev/stderr");
    assert.equal(stdout.toString(), "1\n1\n");
  });

  test("inherits no open file of the runner besides its own three", async () => {
    const server = createServer().listen(0);
    after(() => server.close());
    openSync("/dev/null", "r");
    const { stdout } = await runScript("ls /proc/$$/fd; exit 0");
    const open = stdout.toString().trim().split("\n");
    const own = open.filter((file) => !INHERITED.has(file));
    assert.deepEqual(own, ["0", "1", "2"]);
  });
});

test("output that has not been read when the command ends is forwarded, each stream in order", async () => {
  const script = "for i in $(seq 3000); do echo out $i; echo err $i >&2; done; kill -KILL $$";
  const { stdout, stderr } = await runScript(script);
  const lines = (name: string) => Array.from({ length: 3_000 }, (_, index) => `${name} ${index + 1}\n`).join("");
  assert.equal(stdout.toString(), lines("out"));
  assert.equal(stderr.toString(), lines("err"));
});

test("output that passes through a process of the command, as in 'exec > >(tee log)', reaches the log and the error", async () => {
  const filter = 'while read -r line; do sleep 0.1; echo "filtered: $line" >&2; done < $TMPDIR/output';
  const script = `mkfifo $TMPDIR/output; { ${filter}; } & exec > $TMPDIR/output 2>&1; echo no luck; exit 3`;
  const { result, stderr } = await runScript(script);
  assert.equal(stderr.toString(), "filtered: no luck\n");
  assert.deepEqual(result, { outcome: "failed", message: "exit code 3: filtered: no luck", final: false });
});
