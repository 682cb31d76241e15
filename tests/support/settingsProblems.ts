import assert from "node:assert/strict";
import { SettingsError } from "../../worker/src/errors.ts";

/** The problems that a function's SettingsError names; empty if it succeeds. */
export async function settingsProblems(run: () => unknown): Promise<readonly string[]> {
  try {
    await run();
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.problems;
  }
}
