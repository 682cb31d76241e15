/** How many runs a property gets: all of them with PROOF=1, a tenth in `npm test`. */
export function numRuns(proof: number): number {
  return process.env.PROOF ? proof : Math.ceil(proof / 10);
}
