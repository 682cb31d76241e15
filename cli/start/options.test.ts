import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UsageError } from "../usageError.ts";
import { readOptions } from "./options.ts";

describe("readOptions", () => {
  test("no options give the run that README shows", () => {
    assert.deepEqual(readOptions([]), {
      requests: 60,
      seconds: 2,
      failures: 0,
      pollingInterval: 0.2,
      maxReplicaCount: 10,
      backoffLimit: 4,
      backoffSeconds: 1,
      requestsPerJob: 1,
      killEvery: undefined,
      keep: undefined,
      serve: false,
      json: false,
      batch: undefined,
      requestsGiven: false,
    });
  });

  test("fractions are allowed for seconds", () => {
    const { seconds, pollingInterval, killEvery } = readOptions(
      "--seconds 0.5 --polling-interval 0.25 --kill-every 0.1".split(" "),
    );
    assert.deepEqual([seconds, pollingInterval, killEvery], [0.5, 0.25, 0.1]);
  });

  const wrong: Record<string, readonly string[]> = {
    "--requests": ["-1", "100001", "1.5", "many", "", "1e3", "0x10", "$(reboot)"],
    "--seconds": ["-1", "604801", "NaN", "2s", "Infinity"],
    "--failures": ["-1", "1002", "0.5", "null"],
    "--polling-interval": ["0", "0.05", "3601", "-1"],
    "--max-replica-count": ["0", "201", "2.5", "ten"],
    "--backoff-limit": ["-1", "1001", "4.5"],
    "--backoff-seconds": ["-1", "601", "1m"],
    "--requests-per-job": ["0", "10001", "1.1"],
    "--kill-every": ["0", "3601", "'; drop table clap; --"],
  };
  for (const [flag, values] of Object.entries(wrong)) {
    for (const value of values) {
      test(`${flag} ${JSON.stringify(value)} is refused with the allowed range, why, and what it got`, () => {
        const range = new RegExp(`^UsageError: ${flag} must be a (whole )?number from [\\d.]+ to \\d+ \\(.+\\); got `);
        assert.throws(
          () => readOptions([flag, value]),
          (error: Error) => range.test(String(error)) && error.message.endsWith(JSON.stringify(value)),
        );
      });
    }
  }

  test("every wrong option is named at once", () => {
    assert.throws(() => readOptions(["--requests", "x", "--seconds", "y"]), { message: /^--requests .*\n--seconds / });
  });

  for (const args of [
    ["--nonsense"],
    ["extra"],
    ["--requests"],
    ["--serve"],
    ["--look"],
    ["--keep", ""],
    ["--keep", "--serve"],
  ])
    test(`${args.join(" ")} is refused`, () => assert.throws(() => readOptions(args), UsageError));

  test("--keep is refused together with DATABASE_URL", () => {
    assert.throws(() => readOptions(["--keep", "db"], "postgresql://u@h/d"), /^UsageError: --keep must come without/);
  });

  test("--keep=~/db, which a shell leaves as it is, makes no folder named ~", () => {
    assert.throws(
      () => readOptions(["--keep=~/db"]),
      /^UsageError: --keep must be .* \(a shell replaces ~ .*; got "~\/db"$/,
    );
    assert.equal(readOptions(["--keep", "./~/db"]).keep, "./~/db");
  });

  test("--serve is refused together with an option of a run", () => {
    assert.throws(() => readOptions(["--keep", "db", "--serve", "--max-replica-count", "5"]), {
      message: "--serve must come without --max-replica-count (it runs nothing); got both",
    });
    assert.equal(readOptions(["--keep", "db", "--serve", "--json"]).serve, true);
  });

  test("--look is still accepted for --serve", () => {
    assert.equal(readOptions(["--keep", "db", "--look"]).serve, true);
  });
});
