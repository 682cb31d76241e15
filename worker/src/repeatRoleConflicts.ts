import { DatabaseError } from "./createClient.ts";

/** A transaction fails at most once for each other transaction that changes the same roles at the time. */
const MAX_TRIES = 20;

/**
 * Runs a transaction that creates or changes roles, and repeats it if another transaction has changed the same role meanwhile. Roles belong
 * to the server, but advisory locks to a database: in two databases PostgreSQL lets one of the two transactions fail.
 *
 * @throws the transaction's error
 */
export async function repeatRoleConflicts<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await transaction();
    } catch (error) {
      if (tries >= MAX_TRIES || !isRoleConflict(error)) throw error;
    }
  }
}

/** "duplicate key value violates unique constraint pg_authid_...", "role already exists", "tuple concurrently updated". */
function isRoleConflict(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  const { code, constraint, routine } = error;
  if (code === "23505") return /^pg_(auth|db_role)/.test(constraint ?? "");
  return routine === "CreateRole" ? code === "42710" : code === "XX000" && routine === "simple_heap_update";
}
