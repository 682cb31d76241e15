import { PROJECT } from "./projectName.ts";

/** A key at the beginning of a line, perhaps in quotes; not one whose value has an anchor, which settings below `config:` repeat. */
const TOP_LEVEL = /^["']?([\w.-]+(?::[\w.-]+)?)["']?\s*:(?=\s|$)(?!\s+&)/;

/**
 * A line for each setting of this project that is beside `config:` instead of below it: Pulumi ignores it, and deploys the default.
 *
 * @param file - the name of the stack's file
 * @param yaml - its content
 * @param keys - the keys of the project
 */
export function misplacedSettings(file: string, yaml: string, keys: readonly string[]): string[] {
  return yaml.split(/\r?\n/).flatMap((line, index) => {
    const [, key = ""] = TOP_LEVEL.exec(line) ?? [];
    if (!key.startsWith(`${PROJECT}:`) && !keys.includes(key)) return [];
    return `${key} must be indented below "config:" in ${file} (Pulumi ignores it elsewhere); got it beside config:, in line ${index + 1}`;
  });
}

/** The keys that a Pulumi.yaml declares for its project. */
export function declaredKeys(pulumiYaml: string): string[] {
  const [, config = ""] = /^config:\s*\n((?:[ \t#].*\n?|\n)*)/m.exec(pulumiYaml) ?? [];
  return [...config.matchAll(/^ {2}([\w-]+):\s*$/gm)].map(([, key = ""]) => key);
}
