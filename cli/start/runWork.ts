import type { ClusterArgs } from "../../simulator/cluster.ts";
import type { Queryable } from "./reconnectingClient.ts";
import type { Kills, RunRequests } from "./requests.ts";
import type { Result } from "./result.ts";

/** The work of a run: the sample, or the user's own batch. */
export interface RunWork {
  readonly kind: string;
  /** The additional environment of its pods, and the cleanup after a pod has ended. */
  readonly pods: Pick<ClusterArgs, "podEnv" | "afterPod">;
  /**
   * Creates the run's requests.
   *
   * @returns their primary keys.
   * @throws Error with PostgreSQL's message.
   */
  prepare(): Promise<string[]>;
  /** Prints new errors of attempts that the user's own program has caused. */
  printErrors(client: Queryable, requests: RunRequests): Promise<void>;
  /** Reads how the requests ended; without `kills` the run was to kill no pods. */
  readEnd(client: Queryable, ids: readonly string[], kills: Kills | undefined): Promise<RequestsEnd>;
  /** Removes what the run's pods left on this machine. */
  close(): Promise<void>;
}

/** How a run's requests ended. */
export interface RequestsEnd extends Pick<Result, "success" | "dead"> {
  /** Every request is SUCCESS, or DEAD because the run was to kill pods or to fail requests. */
  readonly asExpected: boolean;
  /** The requests as a table of at most `maxRows` rows and lines of at most `width` characters. */
  table(maxRows: number, width?: number): string[];
}
