import { readFileSync } from "node:fs";
import type pg from "pg";
import { scramVerifier } from "./scram.ts";

/** The passwords of the two roles that `sql/roles.sql` makes. */
export interface RolePasswords {
  /** Of `batch_worker`, which claims and finishes requests. */
  readonly worker: string;
  /** Of `batch_scaler`, which asks the scaling query. */
  readonly scaler: string;
}

const ROLES = new URL("../../sql/roles.sql", import.meta.url);

/** Makes the roles, or gives them these passwords. Their rights are in `sql/roles.sql`. */
export async function createRoles(client: pg.ClientBase, passwords: RolePasswords): Promise<void> {
  await client.query("begin");
  try {
    await client.query(
      "select set_config('postgres_batch.worker_password', $1, true), set_config('postgres_batch.scaler_password', $2, true)",
      [scramVerifier(passwords.worker), scramVerifier(passwords.scaler)],
    );
    await client.query(readFileSync(ROLES, "utf8"));
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`the roles of sql/roles.sql must be made; got ${(error as Error).message}`, { cause: error });
  }
}
