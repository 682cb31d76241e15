import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commandMounts } from "./commandMounts.ts";

describe("a command's /tmp", () => {
  for (const [mountPath, volume] of [
    ["/data", "tmp"],
    ["/tmp/deeper", "tmp"],
    ["/tmp", undefined],
    ["/tmp/", undefined],
  ] as const) {
    // Kubernetes refuses two mounts at one path, and KEDA could create no Job.
    test(`with the user's volume at ${mountPath} is ${volume === undefined ? "that volume" : "an empty folder"}`, () => {
      const mounts = commandMounts({ volumeMounts: [{ name: "scratch", mountPath }] });
      assert.equal(mounts.find((mount) => mount.mountPath === "/tmp")?.name, volume);
      assert.ok(mounts.some(({ name }) => name === "files"));
    });
  }
});
