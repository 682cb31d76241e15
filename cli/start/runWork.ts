import type { ClusterArgs } from "../../simulator/cluster.ts";
import type { Queryable } from "./reconnectingClient.ts";
import type { Result } from "./result.ts";

/** What a run works on: the sample, or your own batch. */
export interface RunWork {
  readonly kind: string;
  /** The additional environment of its pods, and what is done when a pod has ended. */
  readonly pods: Pick<ClusterArgs, "podEnv" | "afterPod">;
  /**
   * Creates what is to be worked on.
   *
   * @returns the primary keys of the run's requests.
   * @throws Error with PostgreSQL's message.
   */
  prepare(): Promise<string[]>;
  /** Reads how the requests ended. */
  readEnd(client: Queryable, ids: readonly string[]): Promise<RequestsEnd>;
  /** Removes what the run's own pods left on this machine. */
  close(): Promise<void>;
}

/** How a run's requests ended. */
export interface RequestsEnd extends Pick<Result, "success" | "dead"> {
  readonly asExpected: boolean;
  /** The requests as a table of at most `most` rows and lines of at most `width` characters. */
  table(most: number, width?: number): string[];
}
