import { isObject, type Rule } from "./rule.ts";

/** A time as Go writes it. */
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} (UTC|[+-]\d{4})$/;

/** Without quotes YAML reads a date as a time, which Pulumi passes on as text that nobody wrote: a command would run with it. */
export const quotedDates: Rule = (path, value, problems) => {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) quotedDates(`${path}[${index}]`, item, problems);
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) quotedDates(`${path}.${key}`, inner, problems);
  } else if (typeof value === "string" && TIME.test(value)) {
    problems.push(
      `${path} must be a date in quotes (Pulumi changes one without quotes); got a date that it has changed`,
    );
  }
};
