import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "./settings.ts";

/** Lets so many of KEDA's polls pass: for what must not happen there is nothing else to wait for. */
export async function waitForPolls(polls: number, { pollingInterval }: Settings): Promise<void> {
  await sleep(polls * Number(pollingInterval) * 1_000);
}
