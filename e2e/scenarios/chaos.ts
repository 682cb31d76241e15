import { until } from "../../testing/until.ts";
import { accountOf } from "../chaos/account.ts";
import { BLOWS } from "../chaos/blows.ts";
import { drainNode } from "../chaos/drain.ts";
import { findingOf, type Hit, tableOf } from "../chaos/hits.ts";
import { changeSettings, killKeda, type Outage, restartPostgres, rotatePasswords } from "../chaos/outages.ts";
import { endOf, nextVictim, runsAgain } from "../chaos/victim.ts";
import { atMost, exactly } from "../finding.ts";
import { JobWatch } from "../jobWatch.ts";
import { attempts, clear, countOf, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

const REQUESTS = 60;
const SECONDS = 30;

/** Lifecycle claim: faults. Every request is run to its end whatever fails meanwhile, and charged for nothing else. */
export const chaos: Scenario = {
  claim: "whatever fails while 60 requests run, each succeeds, none twice, none is given up",
  async run({ cluster, stack, settings, note }) {
    await stack.up(settings);
    await clear(cluster);
    using watch = new JobWatch(cluster);
    await insert(cluster, REQUESTS, SECONDS);
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1_000;
    const hits: Hit[] = [];
    /** Strikes, which resolves with the number of attempts that ended by it. */
    async function hit(plan: Omit<Hit, "at" | "seconds" | "ended">, strike: () => Promise<number>): Promise<void> {
      const at = elapsed();
      const ended = await strike();
      hits.push({ ...plan, at, ended, seconds: elapsed() - at });
      console.log(`        ${plan.fault}: ${(elapsed() - at).toFixed(1)} s until ${plan.until}`);
    }

    const ends: string[] = [];
    async function hitPods(): Promise<void> {
      for (const { fault, reason, limit, strike } of BLOWS) {
        const victim = await nextVictim(cluster);
        await hit({ fault, reason, limit, until: "the request runs again" }, async () => {
          await strike(victim, cluster);
          await runsAgain(cluster, victim);
          return 1;
        });
        if (reason === "crashed") ends.push(await endOf(cluster, victim));
      }
    }

    await hitPods();
    const ground = { cluster, stack, watch };
    const changed = { ...settings, pollingInterval: "6", maxReplicaCount: "12" };
    const outages: readonly Outage[] = [
      restartPostgres(ground),
      changeSettings(ground, changed),
      rotatePasswords(ground, { ...changed, passwordRotation: "chaos" }),
    ];
    for (const { strike, ...plan } of outages) {
      await hit(plan, async () => {
        await strike();
        return 0;
      });
    }
    let sinceReturn = Number.NaN;
    const { strike, ...plan } = killKeda(ground);
    await hit(plan, async () => {
      sinceReturn = await strike();
      return 0;
    });
    const { strike: drain, ...drained } = await drainNode(cluster);
    await hit({ ...drained, reason: "interrupted" }, drain);
    // Once more, on pods with new passwords and new settings.
    await hitPods();

    await until("every request's SUCCESS", async () => (await countOf(cluster, "SUCCESS")) === REQUESTS, {
      patienceMs: 600_000,
      lookMs: 1_000,
    });
    note(`${elapsed().toFixed(0)} s in all`);
    const account = accountOf(await attempts(cluster));
    const by = (reason: Hit["reason"]) =>
      hits.filter((its) => its.reason === reason).reduce((sum, { ended }) => sum + ended, 0);
    console.log(`\n${tableOf(hits)}\n`);
    return [
      exactly(REQUESTS, "requests SUCCESS", account.succeeded),
      exactly(0, "SUCCESS twice", account.twice),
      exactly(0, "DEAD", account.dead),
      exactly(0, "attempts at the same time as another of their request", account.overlapping),
      exactly(by("crashed"), "crashed", account.crashed),
      exactly(by("interrupted"), "interrupted", account.interrupted),
      exactly(0, "error", account.error),
      exactly(2, "OOMKilled", ends.filter((end) => end === "OOMKilled").length),
      ...hits.map(findingOf),
      atMost(2 * Number(changed.pollingInterval), "from the return of KEDA's operator to a Job", sinceReturn, " s"),
    ];
  },
};
