import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { describe, test } from "node:test";
import { createPrograms } from "../../support/programs.ts";
import { until } from "../../support/until.ts";
import type { NodeContainer } from "./faultCommands.ts";

const NODE: NodeContainer = {
  name: "n2",
  context: "two",
  network: "two",
  address: "10.0.0.3",
  controlPlane: "10.0.0.2",
  peers: [],
};

/** A program that ends at the next turn of its event loop, throws, or is interrupted. */
const PROGRAM = `
  import { handleSignals } from ${JSON.stringify(new URL("../interrupt.ts", import.meta.url).href)};
  import { NodeFault } from ${JSON.stringify(new URL("nodeFault.ts", import.meta.url).href)};
  handleSignals();
  const fault = new NodeFault(${JSON.stringify(NODE)});
  await fault.inject("frozen");
  if (process.argv.includes("recover")) await fault.recover();
  if (process.argv.includes("throw")) throw new Error("the scenario fails");
  setTimeout(() => undefined, process.argv.includes("wait") ? 60_000 : 0);`;

/** Runs the program, with an optional signal once the node is paused; returns the calls of docker that change something. */
async function calls(how: string, signal?: NodeJS.Signals): Promise<string[]> {
  const programs = await createPrograms({
    docker: `case "$1" in inspect) echo 'paused {"two":{}}';; esac`,
    kubectl: "",
  });
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM, how], {
    env: { PATH: programs.folder },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  if (signal !== undefined) {
    await until("the fault", async () => (await programs.calls()).includes("docker pause n2"));
    child.kill(signal);
  }
  await ended;
  return (await programs.calls()).filter((call) => / (pause|unpause) /.test(call));
}

const ONCE = ["docker pause n2", "docker unpause n2"];

describe("a paused node", { timeout: 60_000, concurrency: 5 }, () => {
  test("is unpaused once by its recovery", async () => assert.deepEqual(await calls("recover"), ONCE));
  test("is unpaused when the run ends without its recovery", async () => assert.deepEqual(await calls("end"), ONCE));
  test("is unpaused when the run fails", async () => assert.deepEqual(await calls("throw"), ONCE));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`is unpaused when ${signal} interrupts the run`, async () => {
      assert.deepEqual(await calls("wait", signal), ONCE);
    });
  }
});
