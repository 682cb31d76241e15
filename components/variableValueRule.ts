import { isText, type Rule } from "./rule.ts";

/** A container with a variable that has a zero byte is never started. No message shows the value, which may be a password. */
export const variableValueRule: Rule = (path, value, problems) => {
  if (isText(value) && value.includes("\0"))
    problems.push(`${path} must have no zero byte (the end of a variable's value for Linux); got one with it`);
};
