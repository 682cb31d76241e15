import { EXHAUSTIVE } from "../support/sample.ts";

/** How many runs a property gets: all of them under `npm run proof`, a fortieth in `npm test`. */
export function numRuns(proof: number): number {
  return EXHAUSTIVE ? proof : Math.ceil(proof / 40);
}
