import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { createScriptWork, runScript } from "../../../tests/support/commandAttempt.ts";
import { EXHAUSTIVE } from "../../../tests/support/sample.ts";
import { workContext } from "../../../tests/support/workContext.ts";

/** Runs a script whose stdout goes to `stdout`. */
const runInto = (stdout: Writable, script: string) => createScriptWork(script, stdout).run("{}", workContext());

test("stdout and stderr arrive byte for byte, each on its own stream", async () => {
  const bytes = String.raw`\000\001\n\r\n\377\376\303(\342\202`;
  const { stdout, stderr } = await runScript(`printf '${bytes}\\n'; printf '${bytes}' >&2`);
  const expected = Buffer.from("00010a0d0afffec328e282", "hex");
  assert.deepEqual(stdout, Buffer.concat([expected, Buffer.from("\n")]));
  assert.deepEqual(stderr, expected);
});

test("after a last line without a newline, the runner's next log line starts on a new one", async () => {
  const { stdout } = await runScript("printf 'no newline'");
  assert.equal(stdout.toString(), "no newline\n");
});

test("/dev/stdout and /dev/stderr can be opened", async () => {
  const { stdout, stderr, result } = await runScript("echo out > /dev/stdout; echo err > /dev/stderr");
  assert.deepEqual([stdout.toString(), stderr.toString(), result.outcome], ["out\n", "err\n", "succeeded"]);
});

/** A gigabyte with `npm run proof`. */
const MEGABYTES = EXHAUSTIVE ? 1_000 : 100;

test(`${MEGABYTES} MB of output are forwarded in bounded memory`, { timeout: 120_000 }, async () => {
  const hash = createHash("sha256");
  let bytes = 0;
  let mostMemory = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      mostMemory = Math.max(mostMemory, process.memoryUsage().rss);
      done();
    },
  });
  const memoryBefore = process.memoryUsage().rss;
  const { outcome } = await runInto(sink, `head -c ${MEGABYTES}000000 /dev/zero | tr '\\0' '\\n'`);
  assert.deepEqual([outcome, bytes], ["succeeded", 1_000_000 * MEGABYTES]);
  const more = mostMemory - memoryBefore;
  assert.ok(more < (EXHAUSTIVE ? 200e6 : 80e6), `${more} bytes more than before`);
  const expected = createHash("sha256");
  for (let mb = 0; mb < MEGABYTES; mb++) expected.update(Buffer.alloc(1_000_000, "\n"));
  assert.equal(hash.digest("hex"), expected.digest("hex"));
});

test("a closed log does not fail the work: the rest of the output is dropped", async () => {
  const closed = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
  const { outcome } = await runInto(closed, "head -c 10000000 /dev/zero && echo done > $BATCH_PROGRESS_FILE");
  assert.equal(outcome, "succeeded");
});

test("a log that is read slowly makes the command wait", async () => {
  const slow = new PassThrough();
  const running = runInto(slow, "head -c 10000000 /dev/zero");
  let read = 0;
  for await (const chunk of slow.iterator({ destroyOnReturn: false })) {
    read += chunk.length;
    if (read > 1_000_000) break;
  }
  // Output written but not yet read is bounded by the pipe and one chunk.
  assert.ok(slow.readableLength + slow.writableLength < 500_000);
  slow.resume();
  assert.equal((await running).outcome, "succeeded");
});
