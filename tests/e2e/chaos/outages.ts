import { type Patience, until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import type { JobWatch } from "../jobWatch.ts";
import type { Settings } from "../settings.ts";
import type { Stack } from "../stack.ts";
import type { Hit } from "./hits.ts";

/** What everything stands on while it happens. */
export interface Ground {
  readonly cluster: Cluster;
  readonly stack: Stack;
  readonly watch: JobWatch;
}

/** What can happen around pods that work, none of which it ends. */
export interface Outage<Result = unknown> extends Pick<Hit, "fault" | "until" | "limit"> {
  /** Makes it, and waits until what `until` says. */
  strike(): Promise<Result>;
}

/** How long the end of an outage is waited for, and how often it is looked for. */
export const LOOK: Patience = { patienceMs: 180_000, lookMs: 250 };

export function restartPostgres({ cluster }: Ground): Outage {
  return {
    fault: "PostgreSQL restarted",
    until: "the first claim",
    limit: 60,
    async strike() {
      await cluster.restartServer();
      const claims = "select from clap_attempt where started_at > pg_postmaster_start_time()";
      await until("a claim", async () => (await cluster.rows(claims)).at(0), LOOK);
    },
  };
}

export function changeSettings({ stack, watch }: Ground, settings: Settings): Outage {
  const { maxReplicaCount } = settings;
  return {
    fault: "pollingInterval and maxReplicaCount changed",
    until: `${maxReplicaCount} Jobs at once`,
    limit: 60,
    async strike() {
      await stack.up(settings);
      await until("more Jobs", () => watch.count.peak === Number(maxReplicaCount), LOOK);
    },
  };
}

export function rotatePasswords({ cluster, stack }: Ground, settings: Settings): Outage {
  return {
    fault: "passwords made anew, then KEDA's sessions ended",
    until: "a claim by a Job of KEDA's new session",
    limit: 90,
    async strike() {
      await stack.up(settings);
      // A session that is open needs no password: KEDA must log in to ask again.
      await cluster.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'batch_scaler'");
      const former = new Set((await cluster.jobs()).map((its) => its.metadata.name));
      const claimed = async () =>
        (await cluster.rows<{ job: string }>("select distinct job_name as job from clap_attempt")).some(
          ({ job }) => !former.has(job),
        );
      await until("a claim by a new Job", claimed, LOOK);
    },
  };
}

/** Resolves with the seconds from the operator's return, when another one leads, to the first Job since. */
export function killKeda({ cluster }: Ground): Outage<number> {
  const lease = async () => {
    const all = await cluster.list("leases", "-n", "keda", "--field-selector=metadata.name=operator.keda.sh");
    return all[0]?.spec as { readonly holderIdentity: string; readonly acquireTime: string };
  };
  return {
    fault: "KEDA's operator killed",
    until: "a Job is created",
    limit: 60,
    async strike() {
      const former = await lease();
      await cluster.kubectl(["delete", "pods", "-n", "keda", "-l", "app=keda-operator", "--grace-period=0", "--force"]);
      const leads = async () => {
        const now = await lease();
        return now.holderIdentity !== former.holderIdentity && now.holderIdentity !== "" ? now : undefined;
      };
      const { acquireTime } = await until("another operator", leads, LOOK);
      const returned = Date.parse(acquireTime);
      return await until(
        "a Job",
        async () => {
          // The API server tells whole seconds.
          const created = (await cluster.jobs()).map((its) => Date.parse(its.metadata.creationTimestamp) + 999);
          const first = Math.min(...created.filter((at) => at > returned));
          return first === Number.POSITIVE_INFINITY ? undefined : (first - returned) / 1_000;
        },
        LOOK,
      );
    },
  };
}
