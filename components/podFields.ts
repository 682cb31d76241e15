import { readFileSync } from "node:fs";
import { isObject, known, problem, type Rule, typeName } from "./rule.ts";

/** What a field of a pod's spec may be: a type, a list of one kind of element, or an object with these fields. */
type Field = string | readonly [Field] | Fields;

/** The fields of an object by name: `name!` is required, and `*` stands for every name. */
interface Fields {
  readonly [name: string]: Field;
}

/** From the CRD of the pinned KEDA: its ScaledJob drops every other field without a message, and the API server refuses other types. */
const POD = JSON.parse(readFileSync(new URL("podFields.json", import.meta.url), "utf8")) as Fields;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  "whole number": Number.isInteger,
  "whole number or string": (value) => typeof value === "string" || Number.isInteger(value),
};

/** Validation rules for everything inside of a field of a pod's spec; `more` leads into objects and the elements of lists. */
export function podFieldRule(name: string, ...more: readonly string[]): Rule {
  const field = [name, ...more].reduce<Field | undefined>((inside, next) => find(elementOf(inside), next), POD);
  if (field === undefined) throw new Error(`components/podFields.json must have ${[name, ...more].join(".")}`);
  return known((path, value, problems) => check(field, path, value, problems, false));
}

/** Validation rules for a part of a pod's spec that is merged into one: nothing is required, and `null` removes a field. */
export const podPatchFieldsRule: Rule = known((path, value, problems) => check(POD, path, value, problems, true));

function check(field: Field, path: string, value: unknown, problems: string[], isPatch: boolean): void {
  const inside = (inner: Field, at: string, item: unknown) =>
    known((_, some) => check(inner, at, some, problems, isPatch))(at, item, problems);
  if (isPatch && value === null) return;
  if (typeof field === "string") {
    const alias = find(POD, field);
    if (alias !== undefined) inside(alias, path, value);
    else if (!(TYPES[field]?.(value) ?? true)) problems.push(wrongType(path, `a ${field}`, value));
  } else if (isList(field)) {
    if (!Array.isArray(value)) problems.push(wrongType(path, "a list", value));
    else
      for (const [index, item] of value.entries()) {
        if (item === null) problems.push(wrongType(`${path}[${index}]`, "an element", item));
        else inside(field[0], `${path}[${index}]`, item);
      }
  } else if (!isObject(value)) problems.push(wrongType(path, "an object", value));
  else {
    for (const [name, item] of Object.entries(value)) {
      const inner = find(field, name);
      if (inner !== undefined) inside(inner, `${path}.${name}`, item);
      else
        problems.push(problem(`a key of ${path}`, `one of ${names(field).join(", ")}`, "KEDA drops every other", name));
    }
    for (const name of isPatch ? [] : required(field))
      if (value[name] === undefined) problems.push(`${path}.${name} must be set (Kubernetes requires it); got nothing`);
  }
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
