/** The list under its key, or no key: KEDA's objects are read back without empty lists. */
export function nonEmpty<Key extends string, Item>(key: Key, items: readonly Item[]) {
  return (items.length === 0 ? {} : { [key]: [...items] }) as { [name in Key]?: Item[] };
}
