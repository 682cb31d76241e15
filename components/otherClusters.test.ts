import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type WorkerPodArgs, workerPod } from "./workerPod.ts";

const ARGS: WorkerPodArgs = {
  name: "postgres-batch",
  image: { reference: "worker:1" },
  database: { host: "db.example", port: 5432, database: "shop", sslMode: "verify-full" },
  pooled: true,
  role: { user: "batch_worker", secretName: "batch-worker", secretKey: "password" },
  env: [],
  cpu: "100m",
  memory: "128Mi",
  graceSeconds: 30,
};

describe("a certificate for another name than the host's", () => {
  const pooler = { host: "pooler.example", port: 6432 };
  const serverName = (pooled: boolean, more: object) => {
    const { containers } = workerPod({ ...ARGS, pooled, database: { ...ARGS.database, ...more } });
    return containers[0]?.env.find(({ name }) => name === "PG_SERVER_NAME");
  };

  test("is the one that pods expect of the server, and not of a pooler, which has its own", () => {
    const expected = { name: "PG_SERVER_NAME", value: "db.internal" };
    assert.deepEqual(serverName(true, { serverName: "db.internal" }), expected);
    assert.deepEqual(serverName(false, { serverName: "db.internal", pooler }), expected);
    assert.equal(serverName(true, { serverName: "db.internal", pooler }), undefined);
    assert.equal(serverName(true, {}), undefined);
  });
});
