/**
 * The name of the Secret that a component `Postgres` creates for one of its roles, or for the certificate authority (`ca`). A namespace
 * may have several components.
 */
export function roleSecretName(component: string, role: string): string {
  return `${component}-${role}`;
}
