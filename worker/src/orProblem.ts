/** What `read` returns; when it throws, undefined, and the error's message is one more of `problems`, to be reported together. */
export function orProblem<Value>(problems: string[], read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    problems.push((error as Error).message);
    return undefined;
  }
}
