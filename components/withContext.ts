/** A command for a cluster, with the kubeconfig's context if it is one of kubectl: the current context may be another cluster's. */
export function withContext(command: string, context: string): string {
  return command.replace(/^kubectl /, () => `kubectl --context '${context.replaceAll("'", "'\\''")}' `);
}
