import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { listProcesses } from "./command/processTable.ts";

const LISTEN = `
  import { listenForShutdown } from ${JSON.stringify(new URL("./shutdown.ts", import.meta.url))};
  const { signal } = listenForShutdown(30, () => undefined);
  signal.addEventListener("abort", () => {
    console.log(signal.reason.message);
    process.exit();
  });
  setInterval(() => undefined, 1_000);
  console.log("listening");`;

/** Starts a process that listens; returns its next line, and how to end it. */
async function listen(within: readonly string[] = []) {
  const [program = process.execPath, ...args] = [...within, process.execPath, "--input-type=module", "-e", LISTEN];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const readLine = async () => (await lines.next()).value;
  assert.equal(await readLine(), "listening");
  const pid = within.length === 0 ? child.pid : listProcesses().find(({ parent }) => parent === child.pid)?.pid;
  const ended = once(child, "exit");
  const end = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return { pid: Number(pid), readLine, end };
}

for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT", "SIGWINCH"] as const) {
  test(`a container whose image sets STOPSIGNAL ${signal} is asked to stop by it`, {
    skip: process.getuid?.() !== 0 && "only root can make a PID namespace",
    timeout: 20_000,
  }, async (t) => {
    const { pid, readLine, end } = await listen(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]);
    t.after(end);
    process.kill(pid, signal);
    assert.equal(await readLine(), `asked to stop by ${signal}`);
  });
}

test("outside a container, a terminal whose size changes stops nothing", async (t) => {
  const { pid, readLine, end } = await listen();
  t.after(end);
  process.kill(pid, "SIGWINCH");
  process.kill(pid, "SIGTERM");
  assert.equal(await readLine(), "asked to stop by SIGTERM");
});
