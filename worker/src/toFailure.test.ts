import assert from "node:assert/strict";
import { test } from "node:test";
import { InterruptedError, TimedOutError } from "./errors.ts";
import { TIMEOUT_REASON } from "./retryLimits.ts";
import { toFailure } from "./toFailure.ts";

const NEVER = new AbortController().signal;

const STOPS = {
  "was not asked to stop": { signal: NEVER, killSignal: NEVER },
  "was asked to stop": { signal: AbortSignal.abort(new InterruptedError("SIGTERM")), killSignal: NEVER },
  "was asked to stop, and terminated": {
    signal: AbortSignal.abort(new InterruptedError("SIGTERM")),
    killSignal: AbortSignal.abort("had not stopped"),
  },
  "timed out": { signal: AbortSignal.abort(new TimedOutError(5)), killSignal: NEVER },
};

const FAILED = { outcome: "failed", message: "no luck", final: false } as const;
const FINAL = { ...FAILED, final: true } as const;
const CRASHED = { outcome: "crashed", message: "ended by SIGSEGV" } as const;
const LATER = { outcome: "retryLater", message: "no seats", afterSeconds: 9 } as const;

for (const [result, stop, reason, message] of [
  [FAILED, "was not asked to stop", "error", "no luck"],
  [FAILED, "was asked to stop", "interrupted", "InterruptedError: asked to stop by SIGTERM"],
  [FAILED, "timed out", TIMEOUT_REASON, "timed out after 5 s"],
  [FINAL, "was asked to stop", "error", "no luck"],
  [FINAL, "timed out", "error", "no luck"],
  [CRASHED, "was asked to stop", "crashed", "ended by SIGSEGV"],
  [CRASHED, "timed out", "crashed", "ended by SIGSEGV"],
  [CRASHED, "was asked to stop, and terminated", "interrupted", "asked to stop by SIGTERM, and had not stopped"],
  [LATER, "was asked to stop", "deferred", "no seats"],
  [LATER, "timed out", TIMEOUT_REASON, "timed out after 5 s"],
] as const) {
  const what = `${result.outcome}${"final" in result && result.final ? " finally" : ""}`;
  test(`work that ${stop}, and ${what}: ${reason}`, () => {
    const failure = toFailure(result, STOPS[stop]);
    assert.equal(failure.reason, reason);
    assert.ok(failure.message.endsWith(message), failure.message);
    assert.equal("final" in failure && failure.final, result === FINAL);
  });
}
