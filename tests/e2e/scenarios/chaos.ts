import { atMost, exactly } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { countAttempts } from "../chaos/attemptTotals.ts";
import { drainNode } from "../chaos/drain.ts";
import { type FaultCost, faultTable, toFinding } from "../chaos/faultCosts.ts";
import { changeSettings, killKeda, type Outage, restartPostgres, rotatePasswords } from "../chaos/outages.ts";
import { POD_FAULTS } from "../chaos/podFaults.ts";
import { nextTarget, readEndReason, runsAgain } from "../chaos/target.ts";
import { JobWatch } from "../jobWatch.ts";
import { attempts, clear, countStatus, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

const REQUESTS = 60;
const SECONDS = 30;

/** Lifecycle claim: faults. Every request ends whatever fails meanwhile, and each fault is counted correctly. */
export const chaos: Scenario = {
  claim: "whatever fails while 60 requests run, each succeeds exactly once",
  async run({ cluster, stack, settings, note }) {
    await stack.up(settings);
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, REQUESTS, SECONDS);
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1_000;
    const costs: FaultCost[] = [];
    /** Injects a fault and resolves with its result; `ended` is how many attempts it ended. */
    async function measure<Result>(
      plan: Omit<FaultCost, "at" | "seconds" | "ended">,
      inject: () => Promise<Result>,
      ended: (result: Result) => number = () => 0,
    ): Promise<Result> {
      const at = elapsed();
      const result = await inject();
      costs.push({ ...plan, at, ended: ended(result), seconds: elapsed() - at });
      console.log(`        ${plan.fault}: ${(elapsed() - at).toFixed(1)} s until ${plan.until}`);
      return result;
    }

    const ends: string[] = [];
    async function injectPodFaults(): Promise<void> {
      for (const { fault, reason, limit, inject } of POD_FAULTS) {
        const target = await nextTarget(cluster);
        async function injectOne(): Promise<void> {
          await inject(target, cluster);
          await runsAgain(cluster, target);
        }
        await measure({ fault, reason, limit, until: "the request runs again" }, injectOne, () => 1);
        if (reason === "crashed") ends.push(await readEndReason(cluster, target));
      }
    }

    await injectPodFaults();
    const outageContext = { cluster, stack, watch };
    const changed = { ...settings, pollingInterval: "6", maxReplicaCount: "12" };
    const outages: readonly Outage[] = [
      restartPostgres(outageContext),
      changeSettings(outageContext, changed),
      rotatePasswords(outageContext, { ...changed, passwordRotation: "chaos" }),
    ];
    for (const { inject, ...plan } of outages) await measure(plan, inject);
    const { inject: kill, ...killed } = killKeda(outageContext);
    const sinceReturn = await measure(killed, kill);
    const { inject: drain, ...drained } = await drainNode(cluster);
    await measure({ ...drained, reason: "interrupted" }, drain, (ended) => ended);
    // Again, on pods with new passwords and new settings.
    await injectPodFaults();

    await until("every request's SUCCESS", async () => (await countStatus(cluster, "SUCCESS")) === REQUESTS, {
      timeoutMs: 600_000,
      intervalMs: 1_000,
    });
    note(`${elapsed().toFixed(0)} s in all`);
    const totals = countAttempts(await attempts(cluster));
    const by = (reason: FaultCost["reason"]) =>
      costs.filter((cost) => cost.reason === reason).reduce((sum, { ended }) => sum + ended, 0);
    console.log(`\n${faultTable(costs)}\n`);
    return [
      exactly(REQUESTS, "requests SUCCESS", totals.succeeded),
      exactly(0, "SUCCESS twice", totals.twice),
      exactly(0, "DEAD", totals.dead),
      exactly(0, "attempts at the same time as another of their request", totals.overlapping),
      exactly(by("crashed"), "crashed", totals.crashed),
      exactly(by("interrupted"), "interrupted", totals.interrupted),
      exactly(0, "error", totals.error),
      exactly(2, "OOMKilled", ends.filter((end) => end === "OOMKilled").length),
      ...costs.map(toFinding),
      atMost(2 * Number(changed.pollingInterval), "from the return of KEDA's operator to a Job", sinceReturn, " s"),
    ];
  },
};
