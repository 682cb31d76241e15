import { readFileSync } from "node:fs";
import { isLater, isObject, problem, type Rule, typeName } from "./rule.ts";

/** What a field of a pod's spec may be: a type, a list of one kind of element, or an object with these fields. */
type Field = string | readonly [Field] | Fields;

/** The fields of an object by name: `name!` is required, and `*` stands for every name. */
interface Fields {
  readonly [name: string]: Field;
}

/** From the CRD of the pinned KEDA, by which the API server drops every other field without a message, and refuses other types. */
const POD = JSON.parse(readFileSync(new URL("podFields.json", import.meta.url), "utf8")) as Fields;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  "whole number": Number.isInteger,
  "whole number or string": (value) => typeof value === "string" || Number.isInteger(value),
};

/** Validation rules for a field of a pod's spec and everything in it; `more` leads into objects and the elements of lists. */
export function podFieldRule(name: string, ...more: readonly string[]): Rule {
  const field = [name, ...more].reduce<Field | undefined>((inside, next) => find(elementOf(inside), next), POD);
  if (field === undefined) throw new Error(`components/podFields.json must have ${[name, ...more].join(".")}`);
  return (path, value, problems) => void problems.push(...findProblems(field, path, value, WHOLE));
}

/** Validation rules for a part of a pod's spec that is merged into one: nothing is required, and `null` removes a field. */
export const podPatchFieldsRule: Rule = (path, value, problems) =>
  void problems.push(...findProblems(POD, path, value, { maybeNull: true, maybeMissing: true }));

/** Validation rules for a pod's spec after the merge: Kubernetes drops a `null` that is left in it. */
export const patchedPodFieldsRule: Rule = (path, value, problems) =>
  void problems.push(...findProblems(POD, path, value, { maybeNull: true, maybeMissing: false }));

/** What a value may lack. */
interface Lenience {
  readonly maybeNull: boolean;
  readonly maybeMissing: boolean;
}

const WHOLE: Lenience = { maybeNull: false, maybeMissing: false };

function* findProblems(field: Field, path: string, value: unknown, lenience: Lenience): Iterable<string> {
  if (isLater(value) || (lenience.maybeNull && value === null)) return;
  if (typeof field === "string") {
    const alias = find(POD, field);
    if (alias !== undefined) yield* findProblems(alias, path, value, lenience);
    else if (TYPES[field]?.(value) === false) yield wrongType(path, `a ${field}`, value);
  } else if (isList(field)) yield* findListProblems(field[0], path, value, lenience);
  else yield* findObjectProblems(field, path, value, lenience);
}

function* findListProblems(element: Field, path: string, value: unknown, lenience: Lenience): Iterable<string> {
  if (!Array.isArray(value)) return yield wrongType(path, "a list", value);
  for (const [index, item] of value.entries()) {
    if (item === null) yield wrongType(`${path}[${index}]`, "an element", item);
    else yield* findProblems(element, `${path}[${index}]`, item, lenience);
  }
}

function* findObjectProblems(fields: Fields, path: string, value: unknown, lenience: Lenience): Iterable<string> {
  if (!isObject(value)) return yield wrongType(path, "an object", value);
  for (const [name, item] of Object.entries(value)) {
    // A program may pass what `config.get` returns.
    if (item === undefined) continue;
    const inner = find(fields, name);
    if (inner !== undefined) yield* findProblems(inner, `${path}.${name}`, item, lenience);
    else yield problem(`a key of ${path}`, `one of ${names(fields).join(", ")}`, "KEDA's CRD has no other", name);
  }
  for (const name of lenience.maybeMissing ? [] : required(fields))
    if (value[name] === undefined || (lenience.maybeNull && value[name] === null))
      yield `${path}.${name} must be set (Kubernetes requires it); got nothing`;
}

function wrongType(path: string, allowed: string, value: unknown): string {
  return `${path} must be ${allowed} (the field's type in Kubernetes); got ${typeName(value)}`;
}

function find(field: Field | undefined, name: string): Field | undefined {
  if (field === undefined || typeof field === "string" || isList(field)) return undefined;
  const key = [name, `${name}!`, "*"].find((candidate) => Object.hasOwn(field, candidate));
  return key === undefined ? undefined : field[key];
}

function elementOf(field: Field | undefined): Field | undefined {
  return field !== undefined && isList(field) ? field[0] : field;
}

function isList(field: Field): field is readonly [Field] {
  return Array.isArray(field);
}

function names(fields: Fields): string[] {
  return Object.keys(fields).map((name) => name.replace("!", ""));
}

function required(fields: Fields): string[] {
  return Object.keys(fields).flatMap((name) => (name.endsWith("!") ? [name.slice(0, -1)] : []));
}
