/** Whether the exhaustive proofs are run (`npm run proof`) and not a sample of each kind (`npm test`). */
export const EXHAUSTIVE = process.env.PROOF === "1";

/** All of the cases under `npm run proof`; else at most `size` of them, evenly spread, the first and the last among them. */
export function sample<Case>(cases: readonly Case[], size: number): readonly Case[] {
  if (EXHAUSTIVE || cases.length <= size) return cases;
  return Array.from({ length: size }, (_, index) => {
    const at = Math.round((index * (cases.length - 1)) / Math.max(1, size - 1));
    return cases[at] as Case;
  });
}
