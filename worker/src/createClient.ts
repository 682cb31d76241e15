import { createRequire } from "node:module";
import type pg from "pg";

export const { Client, DatabaseError } = load();

/** An image sets NODE_PG_FORCE_NATIVE for its own program; here node-postgres would miss `pg-native`, which the worker does not contain. */
function load(): typeof pg {
  const { NODE_PG_FORCE_NATIVE: forced } = process.env;
  delete process.env.NODE_PG_FORCE_NATIVE;
  try {
    return createRequire(import.meta.url)("pg");
  } finally {
    if (forced !== undefined) process.env.NODE_PG_FORCE_NATIVE = forced;
  }
}

/**
 * A client of node-postgres that is not connected yet. It would take what `config` leaves out from the variables PGOPTIONS and
 * PGREPLICATION, which are meant for the work.
 */
export function createClient(config: pg.ClientConfig): pg.Client {
  const client = new Client(config);
  const { connectionParameters } = client as unknown as { connectionParameters: object };
  Object.assign(connectionParameters, { options: config.options, replication: undefined });
  return client;
}
