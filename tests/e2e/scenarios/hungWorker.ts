import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { buildImage } from "../buildImage.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import { HANDLER, imageName } from "../commands/batches.ts";
import { BATCHES, INJECTED, OVERLAID, STARVED, TABLES } from "../hang/batches.ts";
import { stopWorker } from "../hang/stopWorker.ts";
import { type KindAttempt, kindsEnded, readAttempts, removeKinds } from "../kinds.ts";
import { clear } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

/** Seven periods of 10 s until six probes have failed, the kill 10 s later, the Job's back-off of 10 s, and the start of a pod. */
const LIMIT_SECONDS = 120;

const HUNG = {
  "a handler": { kind: HANDLER.kind, container: HANDLER.name },
  "a command by overlay": { kind: OVERLAID.kind, container: toName(OVERLAID) },
  "a command by init container": { kind: INJECTED.kind, container: toName(INJECTED) },
} as const;

/** Lifecycle claim: a hung process. Only its missing answers show that it hangs: its connection, its session lock and its node are intact. */
export const hungWorker: Scenario = {
  claim: "a worker that hangs on a healthy node is replaced, and one that only starves is not",
  async run({ cluster, stack, settings, note }) {
    await stack.up(settings);
    await clear(cluster);
    await removeKinds(cluster, TABLES);
    const tables = Object.values(TABLES).map(
      (table) => `create table ${table} (id bigint generated always as identity primary key);`,
    );
    await cluster.psql(tables.join("\n"));
    await buildImage(imageName("debian"), "debian");
    await stack.up({ ...settings, maxReplicaCount: "4", batches: JSON.stringify(BATCHES) });
    try {
      await cluster.psql("insert into make_it_clap (duration_seconds) values (600)");
      await cluster.psql(
        Object.values(TABLES)
          .map((table) => `insert into ${table} default values;`)
          .join("\n"),
      );
      const findings = await Promise.all(Object.entries(HUNG).map(([what, hung]) => replace(cluster, what, hung)));
      await kindsEnded(cluster, [...Object.keys(TABLES), HANDLER.kind], 300_000);
      for (const { kind } of Object.values(HUNG)) note(`${kind}: ${describeEnds(await readAttempts(cluster, kind))}`);
      return [...findings.flat(), ...(await starved(cluster))];
    } finally {
      await removeKinds(cluster, TABLES);
    }
  },
};

/** Suspends a running worker and waits until its request runs again. */
async function replace(
  cluster: Cluster,
  what: string,
  { kind, container }: { readonly kind: string; readonly container: string },
): Promise<Limit[]> {
  const first = await until(`${what} runs`, async () => (await readAttempts(cluster, kind)).at(0), {
    timeoutMs: 90_000,
    intervalMs: 500,
  });
  const pod = first.pod_name;
  // Until then the kubelet runs no liveness probe.
  await cluster.kubectl(["wait", "-n", NAMESPACE, `pod/${pod}`, "--for=condition=Ready", "--timeout=60s"]);
  await stopWorker(cluster, pod, container);
  const [clock] = await cluster.rows<{ now: string }>("select clock_timestamp() as now");
  // The rest of the work once it runs again.
  if (kind === HANDLER.kind) await cluster.psql("update make_it_clap set duration_seconds = 1");
  const second = await until(`${what} runs again`, async () => (await readAttempts(cluster, kind)).at(1), {
    timeoutMs: 240_000,
    intervalMs: 1_000,
  });
  const seconds = (Date.parse(second.started_at) - Date.parse(clock?.now ?? "")) / 1_000;
  await kindsEnded(cluster, [kind], 60_000);
  const [crashed, succeeded, ...more] = await readAttempts(cluster, kind);
  return [
    atMost(LIMIT_SECONDS, `from SIGSTOP until ${what} runs again`, seconds, " s"),
    exactly(
      1,
      `${what} crashed, then SUCCESS`,
      Number(crashed?.reason === "crashed" && succeeded?.status === "SUCCESS" && more.length === 0),
    ),
  ];
}

/** Its attempt took longer than six probes, and no probe ended it. */
async function starved(cluster: Cluster): Promise<Limit[]> {
  const [only, ...more] = await readAttempts(cluster, STARVED.kind);
  return [exactly(1, "starved worker that keeps its claim", Number(only?.status === "SUCCESS" && more.length === 0))];
}

function describeEnds(attempts: readonly KindAttempt[]): string {
  return attempts.map(({ status, reason, error }) => [status, reason, error].filter(Boolean).join(" ")).join("; ");
}

function toName({ kind }: { readonly kind: string }): string {
  return kind.replaceAll("_", "-");
}
