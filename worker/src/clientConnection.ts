import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** How long to wait for a clean close: the server may not answer. */
const CLOSE_TIMEOUT_MS = 1_000;

/** The parts of a client that node-postgres does not declare. */
interface Internals {
  readonly processID: number;
  readonly connection: { readonly stream: Socket };
}

/** The server's process for a client's session, and what has passed between them. */
export interface Traffic {
  readonly pid: number;
  readonly bytesRead: number;
  /** Whether a part of a statement has not left this process. */
  readonly isSending: boolean;
}

/** What passes over a client's connection. */
export function getTraffic(client: pg.ClientBase): Traffic {
  const { processID: pid, connection } = client as unknown as Internals;
  const { bytesRead, writableLength } = connection.stream;
  return { pid, bytesRead, isSending: writableLength > 0 };
}

/** Closes a client's connection, within a second even if nothing answers; never throws. */
export async function closeClient(client: pg.ClientBase & Pick<pg.Client, "end">): Promise<void> {
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  (client as unknown as Internals).connection.stream.destroy();
}
