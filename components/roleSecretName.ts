/**
 * The name of the Secret that a component `Postgres` creates for one of its roles, or for the certificate authority (`ca`). It begins with
 * the component's name, because several components may share a namespace.
 */
export function roleSecretName(component: string, role: string): string {
  return `${component}-${role}`;
}
