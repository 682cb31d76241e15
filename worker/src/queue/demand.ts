import type { Database } from "../database.ts";

/** The ScaledJob's settings that the scaling query counts by. */
export interface DemandParams {
  readonly kind: string;
  readonly requestsPerJob: number;
  readonly maxReplicaCount: number;
}

/** Runs the scaling query: how many Jobs there should be. */
export async function demand(
  database: Database,
  { kind, requestsPerJob, maxReplicaCount }: DemandParams,
): Promise<number> {
  const [row] = await database.run<{ jobs: string }>("demand", [kind, requestsPerJob, maxReplicaCount]);
  return Number(row?.jobs);
}
