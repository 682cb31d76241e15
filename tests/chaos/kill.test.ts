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
    test(`of a pod that has logged ${said.join(", ") || "nothing"} is one ${phase}`, () => {
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
    test(`is allowed up to the ${kills}th of 1,000 when 20 workers have finished ${succeeded} of 200 requests`, () => {
      assert.equal(allowedKills({ kills: 1_000, requests: 200, workers: 20 }, succeeded), kills);
    });
  }
});
