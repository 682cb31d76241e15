import { CONFIG_RULES } from "./stackConfigRules.ts";

/** Names that settings of Pulumi's providers have as well: kubernetes:namespace, postgresql:database. */
const OF_PROVIDERS: readonly string[] = ["namespace", "database"];

/**
 * The names of a project's settings. One with another project's name in front is returned as it is, so that it is refused: the project
 * is misspelt, and Pulumi would deploy the default.
 */
export function settingNames(keys: readonly string[], project: string): string[] {
  return keys.flatMap((key) => {
    const name = key.slice(key.indexOf(":") + 1);
    if (key === `${project}:${name}`) return [name];
    return Object.hasOwn(CONFIG_RULES, name) && !OF_PROVIDERS.includes(name) ? [key] : [];
  });
}
