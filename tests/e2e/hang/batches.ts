import type { BatchConfig } from "../../../components/batchConfig.ts";
import { HANDLER, imageName } from "../commands/batches.ts";

/** Work whose first attempt ends only with its pod, and whose next one succeeds at once. */
const LONG_AT_FIRST = { image: imageName("debian"), command: ["sh", "-c", '[ "$BATCH_ATTEMPT" -gt 1 ] || sleep 600'] };

/** A command whose image contains the runner, and one that gets it from an init container. */
export const OVERLAID = commandBatch("hung_overlaid", LONG_AT_FIRST);
export const INJECTED = commandBatch("hung_injected", { ...LONG_AT_FIRST, imagePullPolicy: "IfNotPresent" });

/** Long enough for the probe to fail six times in a row. */
const STARVED_SECONDS = 100;

/** Eight endless processes share a fifth of a CPU with the worker that must answer. */
export const STARVED = commandBatch("starved", {
  image: imageName("debian"),
  command: [
    "sh",
    "-c",
    `for n in 1 2 3 4 5 6 7 8; do timeout ${STARVED_SECONDS} sh -c 'while :; do :; done' & done; wait`,
  ],
  pod: { resources: { limits: { cpu: "200m" } } },
});

export const BATCHES: readonly BatchConfig[] = [HANDLER, OVERLAID, INJECTED, STARVED];

/** Each kind's table, except the sample's. */
export const TABLES = Object.fromEntries([OVERLAID, INJECTED, STARVED].map(({ kind, table }) => [kind, table]));

function commandBatch(kind: string, batch: Omit<BatchConfig, "kind" | "table">) {
  return { kind, table: `e2e_${kind}`, pollingInterval: 1, ...batch };
}
