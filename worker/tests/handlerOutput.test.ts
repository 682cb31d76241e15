import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createOddPods } from "../../tests/support/oddPods.ts";
import { until } from "../../tests/support/until.ts";

const { insert, attempts, start, reset, end } = await createOddPods();

describe("a worker whose handler", { timeout: 180_000 }, () => {
  beforeEach(reset);
  afterEach(end);

  test("prints much output loses none of it", async () => {
    await insert("print, then succeed");
    const pod = start();
    assert.equal(await pod.ended, 0);
    assert.equal(pod.output().match(/^printed \d+$/gm)?.length, 2_000);
    assert.equal(pod.output().match(/"message":"logged"/g)?.length, 2_000);
  });

  test("prints faster than its output is read waits, and fills no memory", {
    skip: process.platform !== "linux",
  }, async () => {
    await insert("print large chunks");
    const pod = start();
    await pod.prints("printing");
    pod.child.stdout?.pause();
    await sleep(1_000);
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pod.child.pid}/status`, "latin1")) ?? [];
    assert.ok(Number(kilobytes) < 300_000, `${kilobytes} kB`);
    pod.child.stdout?.destroy();
    assert.equal(await pod.ended, 0);
  });

  test("prints bytes as text of another encoding prints these bytes", async () => {
    await insert("print in other encodings");
    const pod = start();
    assert.equal(await pod.ended, 0);
    assert.match(pod.output(), /héx, /);
    assert.match(pod.output(), /base64/);
  });

  test("prints more than a pipe holds, to a reader that is late, loses nothing of it", async () => {
    await insert(...Array(4).fill("print, then succeed"));
    const pod = start({ REQUESTS_PER_JOB: "4" });
    pod.child.stdout?.pause();
    await until("the first attempt waits for the reader, or all have ended", async () => {
      const { length } = await attempts();
      await sleep(500);
      return length > 0 && (await attempts()).length === length;
    });
    pod.child.stdout?.resume();
    assert.equal(await pod.ended, 0);
    assert.equal(pod.output().match(/^printed \d+$/gm)?.length, 8_000);
    assert.equal(pod.output().match(/"message":"logged"/g)?.length, 8_000);
  });

  test("prints a line without an end leaves the log's lines whole", async () => {
    await insert("print an unfinished line");
    const pod = start();
    assert.equal(await pod.ended, 0);
    const lines = pod.output().trim().split("\n");
    const texts = lines.map((line) => (line.startsWith("{") ? JSON.parse(line).message : line));
    assert.deepEqual(texts, ["started", "begun", "logged", ", not ended", "succeeded"]);
  });

  test("prints into a closed output continues, and its success is recorded", async () => {
    await insert("wait half a second", "print, then succeed");
    const pod = start({ REQUESTS_PER_JOB: "2" });
    await pod.prints("waiting");
    pod.child.stdout?.destroy();
    pod.child.stderr?.destroy();
    assert.equal(await pod.ended, 0);
    const statuses = (await attempts()).map(({ status }) => status);
    assert.deepEqual(statuses, ["SUCCESS", "SUCCESS"]);
  });
});
