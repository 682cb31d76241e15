import type pg from "pg";
import { until } from "./until.ts";

/** Waits until the server is old enough for a missing lock to mean a dead session (batch.session_is_dead). */
export async function waitOutStartupGrace(client: pg.ClientBase): Promise<void> {
  const isOld = "select where pg_postmaster_start_time() < now() - interval '5 seconds'";
  await until("the startup grace is over", async () => (await client.query(isOld)).rows.at(0), { intervalMs: 100 });
}
