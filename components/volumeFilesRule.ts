import { isObject, number, type Rule, text, toFields } from "./rule.ts";

/** A path in a volume, of a folder or a file. */
export const pathInVolume = /^(?!\/)(?!(.*\/)?\.\.(\/|$))/;

const mode = number({ min: 0, max: 0o777, why: "a file mode: 0644 in YAML, which is 420" });
const key = text(/^[\w.-]+$/, "a key (letters, digits, _, . and -)", "its value is the file's content");
const path = text(
  (file) => file !== "" && pathInVolume.test(file),
  "a relative path without ..",
  "the file in the volume",
);

/** The API server refuses a token that expires sooner, or later. */
const expirationSeconds = number({ min: 600, max: 2 ** 32, why: "Kubernetes' rule for tokens" });

/** Fields of a volume's sources that describe its files, each with its rule. */
const FILES: Readonly<Record<string, Rule>> = { mode, defaultMode: mode, key, path, expirationSeconds };

/** The sources of a volume that name its files; in others, such as a driver's attributes, the same fields mean something else. */
const SOURCES: readonly string[] = ["secret", "configMap", "projected", "downwardAPI"];

/**
 * Validation rules for the files of a volume, at any depth of its sources: Kubernetes would refuse them only when KEDA creates a Job.
 */
export const volumeFilesRule: Rule = (at, volume, problems) => {
  for (const source of SOURCES) find(`${at}.${source}`, toFields(volume)[source], problems);
};

function find(at: string, value: unknown, problems: string[]): void {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) find(`${at}[${index}]`, item, problems);
  if (!isObject(value)) return;
  for (const [field, inner] of Object.entries(value)) {
    // A selector of labels; a field that a patch removes by null, or that a program has not set.
    if (field === "labelSelector" || inner === null || inner === undefined) continue;
    (FILES[field] ?? find)(`${at}.${field}`, inner, problems);
  }
}
