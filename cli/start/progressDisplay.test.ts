import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { createJob } from "../../simulator/jobController.ts";
import { createProgressDisplay } from "./progressDisplay.ts";

const PROGRESS = { waiting: 99_000, running: 200, reserved: 100, success: 12_000, dead: 345 };
const JOBS = Array.from({ length: 60 }, (_, index) => createJob(`postgres-batch-${10_000 + index}`, performance.now()));

/** What is written to a terminal of this size and kind. */
function write(columns: number, rows: number, TERM = "xterm"): string {
  let written = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk;
      done();
    },
  });
  const terminal = Object.assign(stream, { isTTY: true, columns, rows }) as NodeJS.WriteStream;
  const display = createProgressDisplay(terminal, { TERM });
  display.update(PROGRESS, JOBS, 1_234.5);
  return written;
}

/** The output without colors and cursor movements. */
function show(columns: number, rows: number): string[] {
  return stripVTControlCharacters(write(columns, rows)).trimEnd().split("\n");
}

describe("the live view", () => {
  for (const [columns, rows] of [
    [80, 24],
    [65, 24],
    [64, 24],
    [40, 24],
    [80, 6],
    [40, 8],
    [200, 50],
  ] as const) {
    test(`on ${columns} columns and ${rows} rows wraps no line and keeps its progress lines`, () => {
      const lines = show(columns, rows);
      for (const line of lines) assert.ok(line.length < columns, line);
      assert.ok(lines.length < rows, lines.join("\n"));
      assert.match(lines.join(" "), /1234\.5 s.*waiting 99000.*running 200.*done 12000.*dead 345.*Jobs: 60 running/);
    });
  }

  test("on 80 columns shows Jobs as kubectl does", () => {
    assert.match(show(80, 24).join("\n"), /^NAME +STATUS +COMPLETIONS +DURATION +AGE +PODS$/m);
  });

  test("assumes 80 columns and 24 rows if a terminal does not report its size", () => {
    for (const line of show(0, 0)) assert.ok(line.length < 80, line);
    assert.deepEqual(show(0, 0), show(80, 24));
  });

  test("is plain lines on a terminal that moves no cursor", () => {
    const written = write(80, 24, "dumb");
    assert.match(written, /^1234\.5 s +waiting 99000 .*\n$/);
    assert.equal(stripVTControlCharacters(written), written);
  });
});
