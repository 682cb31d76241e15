import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCommand } from "../support/command.ts";
import { until } from "../support/until.ts";
import { OPTIONS } from "./options.ts";

const command = await createCommand("tests/chaos/main.ts");

describe("npm run chaos", { timeout: 120_000 }, () => {
  test("kills the requested number of workers, loses no request, finishes none twice, and reports it in one object", async () => {
    const options = "--kills 12 --requests 6 --workers 4 --seconds 1 --polling-seconds 0.2 --json";
    const { exitCode, stdout, stderr } = await command.start(options).ended;
    assert.equal(exitCode, 0, stderr);
    const { baseline, killed } = JSON.parse(stdout);
    assert.equal(baseline.furtherUpdates, 0);
    const expected = { kills: 12, requests: 6, succeeded: 6, lost: 0, finishedTwice: 0 };
    assert.partialDeepStrictEqual(killed, expected);
    assert.ok(killed.crashed > 0);
    assert.deepEqual(await command.leftovers(), []);
  });

  test("--exactly-once kills commands and runners, and every effect exists once", async () => {
    const options = "--exactly-once --kills 9 --requests 6 --workers 3 --seconds 2 --polling-seconds 0.2 --json";
    const { exitCode, stdout, stderr } = await command.start(options).ended;
    assert.equal(exitCode, 0, stderr);
    const { kills, requests, succeeded, effects, effectsTwice, repeated } = JSON.parse(stdout);
    assert.equal(kills.runner + kills.command + kills.both, 9);
    assert.ok(requests >= 6);
    assert.deepEqual([succeeded, effects, effectsTwice], [requests, 4 * requests, 0]);
    assert.ok(repeated > 0, "a lost answer of finish must be repeated without an effect");
    assert.deepEqual(await command.processes(), []);
    assert.deepEqual(await command.leftovers(), []);
  });

  test("--exactly-once is refused together with --lost-node", async () => {
    const { exitCode, stderr } = await command.start("--exactly-once --lost-node").ended;
    assert.match(stderr, /^--exactly-once must come without --lost-node .*; got both$/m);
    assert.equal(exitCode, 64);
  });

  test("stopped by a signal leaves no process and no folder behind", async () => {
    const run = command.start("--seconds 60 --workers 4 --requests 4");
    const workers = async () => (await command.processes()).filter((words) => words.includes("worker/src/main.ts"));
    await until("workers run", async () => (await workers()).length === 4);
    run.child.kill("SIGTERM");
    assert.equal((await run.ended).exitCode, 143);
    await until("all have ended", async () => (await command.processes()).length === 0);
    assert.deepEqual(await command.leftovers(), []);
  });

  test("without iproute2 on PATH --lost-node says what it requires, in one line", async () => {
    const { exitCode, stderr } = await command.start("--lost-node", { PATH: "" }).ended;
    assert.equal(exitCode, 64);
    assert.match(stderr, /^--lost-node must be run as root on Linux with iproute2's ip [^\n]+; got [^\n]+\n$/);
  });

  test("wrong options exit with 64 before anything is started", async () => {
    const { exitCode, stderr, stdout } = await command.start("--workers 0").ended;
    assert.equal(exitCode, 64);
    const message = '--workers must be a whole number from 1 to 200 (each is a process on this machine); got "0"\n';
    assert.deepEqual([stderr, stdout], [message, ""]);
    assert.match((await command.start("--kill 1").ended).stderr, /unknown option '--kill' .*--kills/);
  });

  test("--help shows every option with its range", async () => {
    const { exitCode, stdout } = await command.start("--help").ended;
    assert.equal(exitCode, 0);
    for (const [key, option] of Object.entries(OPTIONS)) {
      const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      assert.match(stdout, new RegExp("rule" in option ? `${name} <[NS]>[^(]*\\([^)]*default` : `${name} `));
    }
  });
});
