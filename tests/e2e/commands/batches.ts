import type { BatchConfig } from "../../../components/batchConfig.ts";
import { mapLimits } from "../../../worker/src/retryLimits.ts";
import type { IdleBatch } from "./claimDelay.ts";

/** The images to build, by their target in tests/e2e/images/Dockerfile. */
export const IMAGES = ["debian", "musl", "shellless", "scratch"] as const;

/** Not tagged `latest`, which every node would try to pull. */
export function imageName(target: (typeof IMAGES)[number]): string {
  return `postgres-batch-e2e-${target}:1`;
}

/** A reference that no node can pull. */
const UNKNOWN_IMAGE = "registry.invalid/none:1";

/** In addition to those of sysexits.h. */
export const FINAL_EXIT_CODE = 9;

const NO_RETRY = mapLimits(() => 0);
const SCRIPT = { image: imageName("debian"), command: ["/program/work.sh"] };

/** A user that exists in no image, as on OpenShift. */
const USERS = { musl: 65_532, shellless: 1_000_660_000, scratch: 4_242 };

/** The sample, which runs beside the others. */
export const HANDLER = { kind: "clap", table: "make_it_clap", name: "postgres-batch", pollingInterval: 1 };

const NOTHING = { ...SCRIPT, command: ["true"], pollingInterval: 1 };

/** An unchanged public image. */
const PULLED = { imagePullPolicy: "IfNotPresent" };

/** Commands that do nothing: one whose image contains the runner, one that gets it from an init container. */
export const OVERLAID = commandBatch("overlaid", NOTHING);
export const INJECTED = commandBatch("injected", { ...NOTHING, ...PULLED });

/** The batches for each kind of image and each way in which a command ends. */
export const COMMANDS: readonly BatchConfig[] = [
  OVERLAID,
  INJECTED,
  commandBatch("debian", {
    ...SCRIPT,
    backoffLimit: 1,
    crashLimit: 0,
    graceSeconds: 10,
    finalExitCodes: [FINAL_EXIT_CODE],
  }),
  commandBatch("frozen", { ...SCRIPT, ...NO_RETRY, timeoutSeconds: 5 }),
  commandBatch("daemons", { ...SCRIPT, requestsPerJob: 2 }),
  imageBatch("musl", {}),
  imageBatch("shellless", PULLED),
  imageBatch("scratch", {}),
  commandBatch("missing", { ...SCRIPT, command: ["/program/none"] }),
  commandBatch("text", { ...SCRIPT, command: ["/program/text"] }),
  commandBatch("foreign", { ...SCRIPT, command: ["/program/foreign"] }),
  commandBatch("unknown", { ...SCRIPT, image: UNKNOWN_IMAGE }),
];

/** The same, with another image instead of the unknown one. */
export const CORRECTED = COMMANDS.map((batch) => (batch.kind === "unknown" ? { ...batch, ...SCRIPT } : batch));

/** The kinds' tables; the column `verb` determines what the script does. */
export const TABLES = Object.fromEntries(COMMANDS.map(({ kind, table = "" }) => [kind, table]));

/** A batch whose requests have nothing to do. */
export function idleBatch(label: string, { kind, table, name = kind }: BatchConfig): IdleBatch {
  const [column, value] = kind === HANDLER.kind ? ["duration_seconds", "0"] : ["verb", "'nothing'"];
  return { label, kind, name, insert: `insert into ${table} (${column}) values (${value})` };
}

function imageBatch(target: keyof typeof USERS, more: Partial<BatchConfig>): BatchConfig {
  return commandBatch(target, {
    image: imageName(target),
    command: ["/program"],
    pod: { runAsUser: USERS[target] },
    ...more,
  });
}

function commandBatch(kind: string, batch: Omit<BatchConfig, "kind" | "table">): BatchConfig {
  return { kind, table: `e2e_${kind}`, ...batch };
}
