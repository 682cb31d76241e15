/**
 * Measures variants in turns, so that other load on the machine affects all; the order alternates. The first rounds warm up connections,
 * statements and pages, and do not count.
 *
 * @returns what each round measured
 */
export async function takeTurns<Variant extends string, Result>(
  variants: Readonly<Record<Variant, () => Promise<Result>>>,
  rounds: number,
  warmUps = 1,
): Promise<readonly Readonly<Record<Variant, Result>>[]> {
  const names = Object.keys(variants) as Variant[];
  const counted: Record<Variant, Result>[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const results = {} as Record<Variant, Result>;
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name] = await variants[name]();
    if (round >= 0) counted.push(results);
  }
  return counted;
}
