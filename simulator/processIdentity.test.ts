import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getCommandLine, getProcess, isRunning } from "./processIdentity.ts";

describe("on a system without /proc, such as macOS", () => {
  Object.defineProperty(process, "platform", { value: "darwin" });

  test("a process stays the same for a run in another time zone", () => {
    process.env.TZ = "Asia/Tokyo";
    const own = getProcess(process.pid);
    process.env.TZ = "America/New_York";
    assert.ok(own && isRunning(own));
  });

  test("a command line is complete in a narrow terminal", () => {
    process.env.COLUMNS = "20";
    assert.ok(getCommandLine(process.pid).join(" ").includes("processIdentity.test.ts"));
  });
});
