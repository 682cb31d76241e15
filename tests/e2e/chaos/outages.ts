import { until, type WaitOptions } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import type { JobWatch } from "../jobWatch.ts";
import { leader, operators } from "../nodes/operator.ts";
import type { Settings } from "../settings.ts";
import type { Stack } from "../stack.ts";
import type { FaultCost } from "./faultCosts.ts";

/** The targets of outages. */
interface OutageContext {
  readonly cluster: Cluster;
  readonly stack: Stack;
  readonly watch: JobWatch;
}

/** Outages around working pods, none of which ends a pod. */
export interface Outage<Result = unknown> extends Pick<FaultCost, "fault" | "until" | "limit"> {
  /** Injects the outage, and waits for the event that `until` names. */
  inject(): Promise<Result>;
}

/** How long to wait for the end of an outage, and how often to check. */
export const LONG_WAIT: WaitOptions = { timeoutMs: 180_000, intervalMs: 250 };

export function restartPostgres({ cluster }: OutageContext): Outage {
  return {
    fault: "PostgreSQL restarted",
    until: "the first claim",
    limit: 60,
    async inject() {
      await cluster.restartServer();
      const claims = "select from clap_attempt where started_at > pg_postmaster_start_time()";
      await until("a claim", async () => (await cluster.rows(claims)).at(0), LONG_WAIT);
    },
  };
}

export function changeSettings({ stack, watch }: OutageContext, settings: Settings): Outage {
  const { maxReplicaCount } = settings;
  return {
    fault: "pollingInterval and maxReplicaCount changed",
    until: `${maxReplicaCount} Jobs at once`,
    limit: 60,
    async inject() {
      await stack.up(settings);
      await until("more Jobs", () => watch.count.peak === Number(maxReplicaCount), LONG_WAIT);
    },
  };
}

export function rotatePasswords({ cluster, stack }: OutageContext, settings: Settings): Outage {
  return {
    fault: "passwords rotated, then KEDA's sessions ended",
    until: "a claim by a Job of KEDA's new session",
    limit: 90,
    async inject() {
      await stack.up(settings);
      // An open session needs no password: KEDA must log in again.
      await cluster.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'batch_scaler'");
      const earlier = new Set((await cluster.jobs()).map(({ metadata }) => metadata.name));
      const claimed = async () =>
        (await cluster.rows<{ job: string }>("select distinct job_name as job from clap_attempt")).some(
          ({ job }) => !earlier.has(job),
        );
      await until("a claim by a new Job", claimed, LONG_WAIT);
    },
  };
}

/** Resolves with the seconds from the moment another operator leads to the first Job created since. */
export function killKeda({ cluster }: OutageContext): Outage<number> {
  return {
    fault: "KEDA's operator killed",
    until: "a Job is created",
    limit: 60,
    async inject() {
      const earlier = await leader(cluster);
      await cluster.kubectl(["delete", ...operators(cluster), "--grace-period=0", "--force"]);
      const leads = async () => {
        const now = await leader(cluster);
        return now?.holderIdentity === earlier?.holderIdentity ? undefined : now;
      };
      const { acquireTime } = await until("another operator", leads, LONG_WAIT);
      const returned = Date.parse(acquireTime);
      return await until(
        "a Job",
        async () => {
          // The API server's times are in whole seconds.
          const created = (await cluster.jobs()).map(({ metadata }) => Date.parse(metadata.creationTimestamp) + 999);
          const first = Math.min(...created.filter((at) => at > returned));
          return first === Number.POSITIVE_INFINITY ? undefined : (first - returned) / 1_000;
        },
        LONG_WAIT,
      );
    },
  };
}
