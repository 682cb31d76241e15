import type { Database } from "../database.ts";

/** What the scaling query is asked for. */
export interface DemandQuestion {
  readonly kind: string;
  readonly requestsPerJob: number;
  readonly maxReplicaCount: number;
}

/** How many Jobs there should be: ceil(unfinished requests / requestsPerJob), counted up to maxReplicaCount. */
export async function demand(database: Database, question: DemandQuestion): Promise<number> {
  const { kind, requestsPerJob, maxReplicaCount } = question;
  const [row] = await database.run<{ jobs: string }>("demand", [kind, requestsPerJob, maxReplicaCount]);
  return Number(row?.jobs);
}
