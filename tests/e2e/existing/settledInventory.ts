import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import { differences, type Inventory, takeInventory } from "./inventory.ts";

/** Objects keep changing for some seconds after an installation or a deletion: certificates are created, dependents deleted. */
const SETTLED = { timeoutMs: 180_000, intervalMs: 5_000 };

/** The inventory of a cluster once nothing changes any more. */
export async function takeSettledInventory(cluster: Cluster): Promise<Inventory> {
  let last = await takeInventory(cluster);
  await until(
    "two inventories in a row are the same",
    async () => {
      const next = await takeInventory(cluster);
      const same = differences(last, next).length === 0;
      last = next;
      return same;
    },
    SETTLED,
  );
  return last;
}
