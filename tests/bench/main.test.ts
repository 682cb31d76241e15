import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCommand } from "../support/command.ts";

const command = await createCommand("tests/bench/main.ts");

describe("npm run bench", { timeout: 60_000 }, () => {
  test("--help shows every bench, and with a name its options", async () => {
    const all = await command.start("--help").ended;
    assert.equal(all.exitCode, 0);
    assert.match(all.stdout, /^ {2}claim\n {4}Claim .*finish costs/m);
    const one = await command.start("start --help").ended;
    assert.equal(one.exitCode, 0);
    assert.match(one.stdout, /--runs <N> +measured starts \(1 to 1000; default 15\)/);
  });

  for (const [args, message] of [
    ["fast", /^NAME must be .*claim.* \(npm run bench -- NAME\); got "fast"\n$/],
    ["start --runs 0", /^--runs must be a whole number from 1 to 1000 \(each starts six processes\); got "0"\n$/],
  ] as const) {
    test(`"${args}" exits with 64 before anything is started`, async () => {
      const { exitCode, stderr, stdout } = await command.start(args).ended;
      assert.match(stderr, message);
      assert.deepEqual([exitCode, stdout], [64, ""]);
    });
  }
});
