/** Adds the kubeconfig's context to a kubectl command: the current one may be another cluster's. Other commands stay as they are. */
export function withContext(command: string, context: string): string {
  return command.replace(/^kubectl /, () => `kubectl --context '${context.replaceAll("'", "'\\''")}' `);
}
