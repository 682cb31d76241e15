/** A queue to be measured: from a waiting job to its end, one job after another. */
export interface QueueUnderTest {
  readonly name: string;
  /** Adds waiting jobs. */
  fill(count: number): Promise<void>;
  /** Claims, reads and finishes `count` jobs on one connection; the milliseconds that each took. */
  work(count: number): Promise<readonly number[]>;
  close(): Promise<void>;
}
