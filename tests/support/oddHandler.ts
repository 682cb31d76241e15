import { execFileSync, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import { PermanentError } from "../../worker/src/errors.ts";
import type { Handler, HandlerContext, Row } from "../../worker/src/handler.ts";

// Copied into a worker's handlers by support/oddWork.ts: does what its row says.

const never = () => new Promise<never>(() => undefined);

const left: object[] = [];

if (process.env.STARTS_WHILE_LOADING) spawn("sleep", ["1004"], { stdio: "ignore" });

const nest = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));

const ACTIONS: Record<string, (context: HandlerContext) => unknown> = {
  succeed: () => undefined,
  fail: () => Promise.reject(new Error("no luck", { cause: new Error("rain") })),
  "fail permanently": () => Promise.reject(new PermanentError("never")),
  "throw a Symbol's name": () => {
    throw Object.assign(new Error("odd"), { name: Symbol("odd") });
  },
  "throw an arrow": () => {
    throw new Error("a → b");
  },
  "log and block": ({ log }) => {
    log.info("blocking");
    for (;;);
  },
  "log and block without computing": ({ log }) => {
    log.info("blocking");
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  },
  "wait forever": ({ log }) => {
    log.info("waiting");
    return never();
  },
  "block the thread pool": async ({ log }) => {
    // As a disk that hangs would: each thread waits until the FIFO has a writer.
    const fifo = `${process.env.RELEASE}.fifo`;
    execFileSync("mkfifo", [fifo]);
    const opening = [1, 2, 3, 4].map(() => open(fifo, "r"));
    log.info("blocked");
    while (!existsSync(String(process.env.RELEASE))) await new Promise((resolve) => setTimeout(resolve, 20));
    const writer = openSync(fifo, "r+");
    for (const file of opening) await (await file).close();
    closeSync(writer);
  },
  "block in a native call": () => execFileSync("sleep", ["5"]),
  "succeed, then wait for a FIFO in a native call": () => {
    setTimeout(() => openSync(String(process.env.FIFO), "r"), 0);
  },
  "fail, then block in a native call": () => {
    // Before the thread's event loop, which the main thread could end, and after the failure is reported.
    const block = (turns: number): unknown =>
      turns === 0 ? execFileSync("sleep", ["5"]) : Promise.resolve(turns - 1).then(block);
    block(100);
    throw new Error("no luck");
  },
  "throw null in a timer": () => {
    setTimeout(() => {
      throw null;
    }, 10);
    return never();
  },
  "throw in a timer": () => {
    setTimeout(() => {
      throw new Error("thrown in a timer");
    }, 10);
    return never();
  },
  "leave a rejection": () => {
    Promise.reject(new Error("not awaited"));
    return never();
  },
  "succeed and leave a rejection": () => void Promise.reject(new Error("not awaited")),
  "succeed and leave a call that fails at once": async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const save = async () => {
      throw new Error("not saved");
    };
    void save();
  },
  "succeed and leave a second rejection": async () => {
    const parts = [1, 2].map((part) => Promise.reject(new Error(`part ${part}`)));
    await Promise.allSettled(parts.slice(0, 1));
  },
  "succeed and leave an 'error' event": () =>
    process.nextTick(() => new EventEmitter().emit("error", new Error("no disk"))),
  "succeed with fake timers": async () => (await import("node:test")).mock.timers.enable(),
  exit: () => process.exit(3),
  "close its thread's port": () => parentPort?.close(),
  "use all memory": () => {
    for (;;) left.push(new Array(1_000).fill(Math.random()));
  },
  "succeed with a timer left": () => {
    setTimeout(() => {
      throw new Error("left behind");
    }, 20);
    setInterval(() => left.push({}), 1);
  },
  "return a result": () => ({ pages: 3 }),
  "return what is not JSON": () => 7n,
  "return what is nested deeply": () => nest(8_000),
  "save what is nested deeply": ({ checkpoint }) => checkpoint(nest(5_000)),
  "save what is not JSON": async ({ checkpoint }) => {
    const messages: string[] = [];
    for (const value of [7n, () => 1, Symbol("s"), left]) {
      left.push(left);
      // A value that cannot be saved must reject the promise, not throw.
      await checkpoint(value).catch((error: Error) => messages.push(error.message.split("\n", 1)[0] ?? ""));
    }
    await checkpoint(undefined);
    return messages;
  },
  "report progress that is no number": ({ progress }) => {
    const odd: unknown[] = [Symbol("s"), () => 1, "1", 1n, null, {}];
    for (const value of odd) progress(value as number, value as number);
  },
  "report progress for 0.2 s": ({ progress }) => {
    const end = performance.now() + 200;
    let done = 0;
    while (performance.now() < end) progress(++done);
    return done;
  },
  "save checkpoints for 0.2 s": async ({ checkpoint }) => {
    const end = performance.now() + 200;
    const saved: Promise<void>[] = [];
    while (performance.now() < end) saved.push(checkpoint(saved.length));
    await Promise.all(saved);
    return saved.length;
  },
  "save large checkpoints and wait for none": ({ checkpoint }) => {
    for (let page = 0; page < 1_000; page++) void checkpoint({ page, text: "x".repeat(60_000) });
  },
  "print parts of much memory": ({ progress }) => {
    const memory = Buffer.alloc(20_000_000, "-");
    progress(0);
    for (let part = 0; part < 30; part++) process.stdout.write(memory.subarray(part, part + 1));
  },
  "print large chunks": ({ log }) => {
    log.info("printing");
    for (let chunk = 0; chunk < 60; chunk++) process.stdout.write(Buffer.alloc(10_000_000, "\n"));
  },
  "print an unfinished line": async ({ log }) => {
    process.stdout.write("begun");
    log.info("logged");
    process.stdout.write(", not ended");
  },
  "print in other encodings": () => {
    process.stdout.write("68c3a9782c20", "hex");
    process.stderr.write("YmFzZTY0", "base64");
  },
  "send messages of its own": async () => {
    for (const message of [null, undefined, "ready", { type: "output", stream: "none" }])
      parentPort?.postMessage(message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  },
  "stop when asked": async ({ signal, log }) => {
    log.info("waiting");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw signal.reason;
  },
  "print, then succeed": ({ log }) => {
    for (let line = 0; line < 2_000; line++) {
      console.log(`printed ${line}`);
      log.info("logged", { line });
    }
  },
  "wait half a second": async ({ log }) => {
    log.info("waiting");
    await new Promise((resolve) => setTimeout(resolve, 500));
    console.log("done waiting");
    log.info("done waiting");
  },
  "count attempts": async ({ checkpoint, lastCheckpoint, progress }) => {
    progress(1, 2);
    await checkpoint({ attempts: ((lastCheckpoint as { attempts: number } | null)?.attempts ?? 0) + 1 });
    if (lastCheckpoint === null) throw new Error("the first attempt fails");
    return lastCheckpoint;
  },
  "leave a program running": ({ progress }) => progress(spawn("sleep", ["1003"], { stdio: "ignore" }).pid ?? 0),
  "leave a daemon": ({ progress }) =>
    progress(Number(execFileSync("sh", ["-c", "setsid sleep 1003 > /dev/null 2>&1 & echo $!"], { encoding: "utf8" }))),
  "leave a program running, and wait forever": ({ progress }) => {
    progress(spawn("sleep", ["1003"], { stdio: "ignore" }).pid ?? 0);
    return never();
  },
  "leave a program with an environment of its own": ({ progress }) =>
    progress(spawn("sleep", ["1005"], { stdio: "ignore", env: { PATH: process.env.PATH } }).pid ?? 0),
  "report what else sleeps": () =>
    execFileSync("ps", ["-e", "-o", "args="], { encoding: "utf8" }).match(/^sleep .*$/gm) ?? [],
  "report how many were left": () => ({ left: left.length }),
};

export const handler: Handler<string> = {
  kind: "odd",
  check: (row: Row) => String(row.does),
  run: async (does, context) => await (ACTIONS[does] ?? ACTIONS.succeed)?.(context),
};
