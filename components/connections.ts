import type { Rule } from "./rule.ts";
import type { StackBatch, StackConfig } from "./stackConfig.ts";

/** Jobs that the bundled PostgreSQL has connections for: it allows 100, and KEDA, migrations and users need some of them. */
const BUNDLED_JOBS = 80;

/** KEDA keeps a connection for each ScaledJob, and opens a new one before it closes the old one. */
const KEDA_CONNECTIONS = 2;

/** One for a migration, one for psql. */
const OTHER_CONNECTIONS = 2;

/**
 * How many connections the server must allow for all batches together.
 *
 * @param pooled - whether the workers connect to a pooler, whose own settings then limit their connections: they are not counted
 */
export function connectionsNeeded(batches: readonly StackBatch[], pooled: boolean): number {
  return (pooled ? 0 : jobs(batches)) + KEDA_CONNECTIONS * batches.length + OTHER_CONNECTIONS;
}

/** The limit of the bundled PostgreSQL is known in advance; on an existing one the migration checks it. */
export const bundledConnections: Rule = (_path, value, problems) => {
  const { database, batches } = value as StackConfig;
  if (database.existing || jobs(batches) <= BUNDLED_JOBS) return;
  const each = batches.map(({ kind, maxReplicaCount }) => `${kind} ${maxReplicaCount}`).join(", ");
  problems.push(
    `maxReplicaCount must be at most ${BUNDLED_JOBS} for all batches together (each Job holds a connection, and the bundled PostgreSQL allows 100); got ${jobs(batches)} (${each})`,
  );
};

function jobs(batches: readonly StackBatch[]): number {
  return batches.reduce((sum, { maxReplicaCount }) => sum + maxReplicaCount, 0);
}
