import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allowedKills, parsePhase } from "./kill.ts";

describe("a kill", () => {
  const line = (message: string) => `${JSON.stringify({ level: "info", message })}\n`;
  const phases = [
    { said: [], phase: "before its claim" },
    { said: ["waiting"], phase: "before its claim" },
    { said: ["started", "clapping"], phase: "at work" },
    { said: ["started", "clapping", "succeeded"], phase: "after its end" },
  ];
  for (const { said, phase } of phases) {
    test(`of a pod that has said ${said.join(", ") || "nothing"} is one ${phase}`, () => {
      assert.equal(parsePhase(said.map(line).join("")), phase);
    });
  }

  const due = [
    { succeeded: 0, kills: 100 },
    { succeeded: 90, kills: 550 },
    { succeeded: 180, kills: 1_000 },
    { succeeded: 200, kills: 1_000 },
  ];
  for (const { succeeded, kills } of due) {
    test(`with ${succeeded} of 200 requests done by 20 workers is due up to the ${kills}th of 1,000`, () => {
      assert.equal(allowedKills({ kills: 1_000, requests: 200, workers: 20 }, succeeded), kills);
    });
  }
});
