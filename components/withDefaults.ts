/**
 * The given values, and the default for each that is missing or undefined: a program may pass what `config.getNumber("maxReplicaCount")`
 * returns.
 */
export function withDefaults<Defaults extends object, Given extends object>(
  defaults: Defaults,
  given: Given | undefined,
): Defaults & Given {
  const defined = Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined));
  return { ...defaults, ...defined } as Defaults & Given;
}
