import type { Claim } from "../support/queue.ts";
import { withSqlMutant } from "../support/withSqlMutant.ts";
import { database } from "./parcels.ts";

/** A program's connection, with a transaction that owns the attempt. */
export const own = ({ token }: Claim) => database.begin(`select batch.own('${token}')`);

/** Ends the attempt on row 1. */
export const END_FIRST = "select batch.end_attempt('parcel', 1, 'error', 'no', true, false)";

/** The result of a user's statement that halts in a function of the schema batch, before this text, during the work. */
export async function haltBefore(name: string, text: string, statement: string, work: () => Promise<unknown>) {
  return await withSqlMutant(database, [name, text, `perform pg_advisory_xact_lock(11); ${text}`], async () => {
    const [holder, user] = [await database.open(), await database.open()];
    await holder.query("select pg_advisory_lock(11)");
    const done = user.query(statement);
    await database.untilBlocked();
    await work();
    const [result] = await Promise.all([done, holder.end()]);
    return result;
  });
}
