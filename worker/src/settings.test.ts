import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settingsProblems } from "../../tests/support/settingsProblems.ts";
import { DEFAULT_LIMITS, RETRY_LIMITS } from "./retryLimits.ts";
import { DEFAULTS, readSettings } from "./settings.ts";

const LEAST = { PG_HOST: "my-release-postgresql", PG_USERNAME: "postgres", JOB_NAME: "job", POD_NAME: "job-pod" };

const getProblems = (env: NodeJS.ProcessEnv) => settingsProblems(() => readSettings(env));

describe("readSettings", () => {
  test("the server, the role, the Job and the pod are enough, everything else has a default", () => {
    const settings = readSettings({ ...LEAST, PG_PORT: "5432", PGPASSWORD: "secret" });
    assert.deepEqual(settings, {
      database: {
        host: "my-release-postgresql",
        port: 5432,
        user: "postgres",
        password: "secret",
        name: "postgres",
        databaseTimeoutSeconds: DEFAULTS.databaseTimeoutSeconds,
        pooled: false,
      },
      kind: "clap",
      jobName: "job",
      podName: "job-pod",
      ...DEFAULT_LIMITS,
      backoffSeconds: 10,
      requestsPerJob: 1,
      leaseSeconds: 0,
      timeoutSeconds: 0,
      graceSeconds: 30,
      livenessPort: 0,
    });
  });

  test("a socket's folder may have a blank in its path", () => {
    assert.equal(readSettings({ ...LEAST, PG_HOST: "/my sockets" }).database.host, "/my sockets");
  });

  test("an empty environment is refused with everything that it lacks, at once", async () => {
    const missing = (await getProblems({})).map((problem) => problem.split(" ")[0]);
    assert.deepEqual(missing, ["PG_HOST", "PG_USERNAME", "JOB_NAME", "POD_NAME"]);
  });

  const wrong: Record<string, readonly string[]> = {
    PG_HOST: ["a b", " ", "postgresql://db", "app@db"],
    PG_USERNAME: ["postgresql://db"],
    PG_DATABASE: ["postgresql://db"],
    PG_PORT: ["0", "65536", "-1", "5432.5", "abc", "1e3", "5432 "],
    DATABASE_TIMEOUT_SECONDS: ["-1", "3601", "soon", "NaN", "Infinity"],
    KIND: ["Clap", "1clap", "../clap", "clap.ts", "a".repeat(41), "clap'; drop table clap; --"],
    JOB_NAME: ["a b", "$(reboot)", "x".repeat(254), "'"],
    POD_NAME: ["a/b", "\n"],
    ...Object.fromEntries(
      Object.values(RETRY_LIMITS).map(({ variable, rule }) => [variable, ["-1", String(rule.max + 1), "1.5", "many"]]),
    ),
    LEASE_SECONDS: ["-1", "3601", "30s", "true"],
    BACKOFF_SECONDS: ["-0.1", "601", "10s"],
    REQUESTS_PER_JOB: ["0", "10001", "2.5", "0x10"],
    TIMEOUT_SECONDS: ["-1", "604801", "1h"],
    GRACE_SECONDS: ["0", "86401", "-30"],
    LIVENESS_PORT: ["-1", "65536", "80.5", "http"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      test(`${name}=${JSON.stringify(value)} is refused by its name, with what is allowed and what it got`, async () => {
        const [problem = "", ...others] = await getProblems({ ...LEAST, [name]: value });
        assert.match(problem, new RegExp(`^${name} must be .+; got `));
        assert.ok(problem.endsWith(JSON.stringify(value)));
        assert.deepEqual(others, []);
      });
    }
  }

  test("a password is never in a message", async () => {
    const url = "postgresql://app:hunter2@db:5432/app";
    const env = { PGPASSWORD: "hunter2", PG_HOST: "app:hunter2@db", PG_USERNAME: url, PG_DATABASE: url };
    const problems = await getProblems({ ...LEAST, ...env });
    assert.equal(problems.length, 3);
    assert.doesNotMatch(problems.join(), /hunter2/);
  });
});
