import type pg from "pg";
import { until } from "./until.ts";

/** Waits until the server is old enough to take a missing lock for a dead session (batch.is_gone). */
export async function outliveStart(client: pg.ClientBase): Promise<void> {
  await until("the server has outlived its start", async () =>
    (await client.query("select where pg_postmaster_start_time() < now() - interval '5 seconds'")).rows.at(0),
  );
}
