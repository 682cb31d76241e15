import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../bench/limit.ts";
import { createPrograms } from "../support/programs.ts";
import { Cluster } from "./cluster.ts";
import type { ScenarioContext } from "./scenario.ts";
import { measureThroughput } from "./throughput.ts";

/** A watch in which ten Jobs end, and one more is created at the next poll. */
const KUBECTL = `for job in 0 1 2 3 4 5 6 7 8 9; do echo "ADDED $job"; echo "MODIFIED $job Complete"; done
sleep 3
echo "ADDED late"
exec sleep 60`;

describe("a throughput run", { timeout: 60_000 }, () => {
  test("counts a Job that is created after the last end, but not the wait for it", async (context) => {
    const { folder } = await createPrograms({ kubectl: KUBECTL });
    const path = process.env.PATH;
    process.env.PATH = folder;
    context.after(() => {
      process.env.PATH = path;
    });
    const attempts = Array.from({ length: 60 }, (_, id) => ({
      id,
      attempt: 1,
      status: "SUCCESS",
      job_name: String(id % 10),
    }));
    const answers = { psql: async () => "0", kubectl: async () => "", rows: async () => attempts };
    const scenarioContext = {
      cluster: Object.assign(new Cluster("fake"), answers),
      stack: { up: async () => 0 },
      settings: {},
      plainJob: { seconds: async () => 3 },
      note: () => undefined,
    };
    const missed = (
      await measureThroughput(scenarioContext as unknown as ScenarioContext, {
        requestsPerJob: 6,
        pollingInterval: "3",
        ratio: 1,
      })
    ).filter((finding) => !isKept(finding));
    assert.deepEqual(
      missed.map(({ what, measured }) => `${measured} ${what}`),
      ["11 Jobs", "1 idle"],
    );
  });
});
