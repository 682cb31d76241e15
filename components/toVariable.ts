/** A value as JSON for an environment variable, in which Kubernetes would replace `$(NAME)` and `$$`. */
export function toVariable(value: unknown): string {
  return JSON.stringify(value).replaceAll("$", "$$$$");
}
