import { atMost } from "../../support/limit.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: no diff. What pulumi up created is what it wants, including defaults of the API server and KEDA. */
export const noChange: Scenario = {
  claim: "a second pulumi up changes nothing",
  async run({ stack, settings }) {
    // The settings may still be another scenario's.
    await stack.up(settings);
    return [atMost(10, "for an up without a change", await stack.up(settings, "--expect-no-changes"), " s")];
  },
};
