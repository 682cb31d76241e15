import { UsageError } from "../usageError.ts";
import { isSameObject, type ObjectName, type StackState } from "./stackState.ts";

/**
 * Refuses settings by which Pulumi would uninstall the stack's PostgreSQL: `npm run up` shows no preview, and every batch would use another
 * database, in which the requests of this one do not exist. With `database.existing`, even the password for the data on its volume would be
 * deleted.
 *
 * @param wanted - the release that the settings install; null: none; undefined: they are not known
 * @throws UsageError with what to do.
 */
export function refuseLostPostgres(
  { installedPostgres: installed }: Pick<StackState, "installedPostgres">,
  wanted: ObjectName | null | undefined,
): void {
  if (installed === undefined || wanted === undefined) return;
  if (wanted !== null && isSameObject(installed, wanted)) return;
  const got = wanted === null ? "database.existing" : `the release ${wanted.namespace}/${wanted.name}`;
  throw new UsageError(
    `the settings must keep the PostgreSQL that the stack has installed, ${installed.namespace}/${installed.name} (Pulumi would uninstall it, and its requests would not run); got ${got}. ` +
      "Correct namespace or database; or, once its requests have ended, see what would be deleted and confirm it with plain pulumi up",
  );
}
