/** Returns what `read` returns; if it throws, undefined, and its message is added to `problems`, which are reported together. */
export function orProblem<Value>(problems: string[], read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    problems.push((error as Error).message);
    return undefined;
  }
}
