import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "./settings.ts";

/** Lets this many of KEDA's polls pass: there is no event to wait for when something must not happen. */
export async function waitForPolls(polls: number, { pollingInterval }: Settings): Promise<void> {
  await sleep(polls * Number(pollingInterval) * 1_000);
}
