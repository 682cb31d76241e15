/** Whether the proofs run exhaustively (`npm run proof`) rather than on a sample of each kind (`npm test`). */
export const EXHAUSTIVE = process.env.PROOF === "1";

/** All cases with `npm run proof`; otherwise at most `size` of them, evenly spread and including the first and the last. */
export function sample<Case>(cases: readonly Case[], size: number): readonly Case[] {
  if (EXHAUSTIVE || cases.length <= size) return cases;
  return Array.from({ length: size }, (_, index) => {
    const at = Math.round((index * (cases.length - 1)) / Math.max(1, size - 1));
    return cases[at] as Case;
  });
}
