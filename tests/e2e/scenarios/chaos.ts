import { until } from "../../support/until.ts";
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
    /** Strikes, and resolves with what that does; `ended` tells how many attempts ended by it. */
    async function hit<Result>(
      plan: Omit<Hit, "at" | "seconds" | "ended">,
      strike: () => Promise<Result>,
      ended: (result: Result) => number = () => 0,
    ): Promise<Result> {
      const at = elapsed();
      const result = await strike();
      hits.push({ ...plan, at, ended: ended(result), seconds: elapsed() - at });
      console.log(`        ${plan.fault}: ${(elapsed() - at).toFixed(1)} s until ${plan.until}`);
      return result;
    }

    const ends: string[] = [];
    async function hitPods(): Promise<void> {
      for (const { fault, reason, limit, strike } of BLOWS) {
        const victim = await nextVictim(cluster);
        async function strikeOne(): Promise<void> {
          await strike(victim, cluster);
          await runsAgain(cluster, victim);
        }
        await hit({ fault, reason, limit, until: "the request runs again" }, strikeOne, () => 1);
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
    for (const { strike, ...plan } of outages) await hit(plan, strike);
    const { strike: kill, ...killed } = killKeda(ground);
    const sinceReturn = await hit(killed, kill);
    const { strike: drain, ...drained } = await drainNode(cluster);
    await hit({ ...drained, reason: "interrupted" }, drain, (ended) => ended);
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
