import { Output } from "@pulumi/pulumi";
import type { NumberRule } from "../worker/src/number.ts";
import { withoutPasswords } from "../worker/src/withoutPasswords.ts";

/** Validates a value from outside, and adds one sentence to `problems` for each fault. */
export type Rule = (path: string, value: unknown, problems: string[]) => void;

/** The common form of a problem: the path, what is allowed, why, and the value. */
export function problem(path: string, allowed: string, why: string, value: unknown): string {
  return `${path} must be ${allowed} (${why}); got ${show(value)}`;
}

/** A string that `valid` accepts. */
export function text(valid: RegExp | ((value: string) => boolean), allowed: string, why: string): Rule {
  const accepts = valid instanceof RegExp ? (value: string) => valid.test(value) : valid;
  return known((path, value, problems) => {
    if (typeof value === "string" && accepts(value)) return;
    // YAML reads 2 and true as a number and a boolean: without this the message would name what was written as allowed.
    const isUnquoted = ["number", "boolean"].includes(typeof value) && accepts(String(value));
    problems.push(problem(path, isUnquoted ? `${allowed}, in quotes` : allowed, why, value));
  });
}

/** A string that must not appear in a message; not an empty one unless `mayBeEmpty`. */
export function secretText(why: string, { mayBeEmpty = false } = {}): Rule {
  return known((path, value, problems) => {
    if (typeof value === "string" && (mayBeEmpty || value !== "")) return;
    problems.push(`${path} must be a string (${why}); got ${value === "" ? "an empty one" : typeName(value)}`);
  });
}

/** A number within limits; a whole number unless `fractions`. */
export function number({ min, max, fractions, why }: NumberRule): Rule {
  return known((path, value, problems) => {
    const written = typeof value === "number" && (fractions || Number.isInteger(value)) && value >= min && value <= max;
    if (!written)
      problems.push(problem(path, `${fractions ? "a number" : "a whole number"} from ${min} to ${max}`, why, value));
  });
}

/** `true` or `false`. */
export function flag(why: string): Rule {
  return known((path, value, problems) => {
    if (typeof value !== "boolean") problems.push(problem(path, "true or false", why, value));
  });
}

/** A list of at least `min` elements that each satisfy `element`. */
export function list(element: Rule, { min = 0, why }: { readonly min?: number; readonly why: string }): Rule {
  return known((path, value, problems) => {
    if (!Array.isArray(value) || value.length < min) {
      const got = Array.isArray(value) ? "an empty one" : typeName(value);
      problems.push(`${path} must be a list${min > 0 ? ` of ${min} or more` : ""} (${why}); got ${got}`);
      return;
    }
    for (const [index, item] of value.entries()) element(`${path}[${index}]`, item, problems);
  });
}

/** An object whose keys satisfy `key` and whose values satisfy `element`. */
export function map(key: Rule, element: Rule, why: string): Rule {
  return known((path, value, problems) => {
    if (!isObject(value)) {
      problems.push(`${path} must be an object (${why}); got ${typeName(value)}`);
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      key(`the key ${JSON.stringify(name)} of ${path}`, name, problems);
      element(`${path}.${name}`, item, problems);
    }
  });
}

/** Any object; Kubernetes' API server checks its content. */
export function kubernetesObject(kind: string): Rule {
  return known((path, value, problems) => {
    if (!isObject(value)) problems.push(`${path} must be an object (a Kubernetes ${kind}); got ${typeName(value)}`);
  });
}

/** An object with no other keys than these; those in `required` are mandatory. */
export function shape(rules: Readonly<Record<string, Rule>>, required: readonly string[] = []): Rule {
  return known((path, value, problems) => {
    if (!isObject(value)) {
      problems.push(
        `${path || "the arguments"} must be an object (its keys are ${Object.keys(rules).join(", ")}); got ${typeName(value)}`,
      );
      return;
    }
    for (const [key, rule] of Object.entries(rules)) {
      if (value[key] !== undefined || required.includes(key)) rule(join(path, key), value[key], problems);
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(rules, key))
        problems.push(
          problem(
            path === "" ? "a key" : `a key of ${path}`,
            `one of ${Object.keys(rules).join(", ")}`,
            "no other is known",
            key,
          ),
        );
    }
  });
}

/** `rule`, then `more`, which only gets values that `rule` accepts. */
export function and(rule: Rule, more: Rule): Rule {
  return known((path, value, problems) => {
    const before = problems.length;
    rule(path, value, problems);
    if (problems.length === before) more(path, value, problems);
  });
}

/** At most one of `keys` is set. */
export function atMostOne(keys: readonly string[], why: string): Rule {
  return known((path, value, problems) => {
    const given = keys.filter((key) => isObject(value) && value[key] !== undefined);
    if (given.length > 1)
      problems.push(`${path} must have one of ${keys.join(" and ")} (${why}); got ${given.join(" and ")}`);
  });
}

/** All of `keys` are set, or none. */
export function allOrNone(keys: readonly string[], why: string): Rule {
  return known((path, value, problems) => {
    const given = keys.filter((key) => isObject(value) && value[key] !== undefined);
    if (given.length > 0 && given.length < keys.length)
      problems.push(`${path} must have all of ${keys.join(", ")}, or none (${why}); got ${given.join(", ")}`);
  });
}

/** Whether it is an object whose keys are known now: not a list, an output or a promise. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLater(value);
}

/** The fields of a value; none if it is not an object. */
export function toFields(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** The objects in a list; none if it is not a list. */
export function toObjects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The first value that occurs twice; undefined if all are different. */
export function findTwice<Value>(values: readonly Value[]): Value | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}

/** A value that is known only during the deployment is not checked in advance. */
export function known(rule: Rule): Rule {
  return (path, value, problems) => {
    if (!isLater(value)) rule(path, value, problems);
  };
}

/**
 * A value that decides which resources there are, or what they are called. TypeScript refuses an output there; a program in another language
 * passes one where the value comes from another resource.
 */
export function plain(rule: Rule): Rule {
  return (path, value, problems) => {
    if (isLater(value))
      problems.push(`${path} must be a plain value (it is needed before anything is created); got an output`);
    else rule(path, value, problems);
  };
}

/** Whether a value is known only during the deployment. */
export function isLater(value: unknown): boolean {
  return Output.isInstance(value) || value instanceof Promise;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function show(value: unknown): string {
  const isPlain = value === null || Array.isArray(value) || ["string", "number", "boolean"].includes(typeof value);
  return isPlain ? withoutPasswords(toJson(value)) : typeName(value);
}

/** JSON has no text for some values, within a list as well. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => (typeof inner === "bigint" ? String(inner) : inner));
}

/** The type of a value, without its content: a structure may contain a password. */
export function typeName(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return { string: "a string", object: "an object" }[typeof value as string] ?? `a ${typeof value}`;
}
