import type { Database } from "../database.ts";

/** Enough for a pod whose node pulls an image of a few hundred MB. batch.demand() has the same default, for ScaledJobs of an earlier version. */
export const DEFAULT_POD_START_SECONDS = 40;

/** The ScaledJob's settings that the scaling query counts by. */
export interface DemandParams {
  readonly kind: string;
  readonly requestsPerJob: number;
  readonly maxReplicaCount: number;
  /**
   * How long a pod may take from its Job's creation to its claim. A Job whose pod takes longer is presumed absent, and another is created.
   *
   * @default 40
   */
  readonly podStartSeconds?: number;
}

/** Runs the scaling query: how many Jobs there should be. */
export async function demand(database: Database, params: DemandParams): Promise<number> {
  const [row] = await database.run<{ jobs: string }>("demand", toValues(params));
  return Number(row?.jobs);
}

/** The values of the statement's parameters. */
export function toValues({
  kind,
  requestsPerJob,
  maxReplicaCount,
  podStartSeconds = DEFAULT_POD_START_SECONDS,
}: DemandParams): unknown[] {
  return [kind, requestsPerJob, maxReplicaCount, podStartSeconds];
}
