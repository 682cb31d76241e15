import { TIMEOUT_REASON } from "../../../worker/src/retryLimits.ts";
import { exactly, type Limit } from "../../support/limit.ts";
import type { Cluster } from "../cluster.ts";
import { kindsEnded, readAttempts } from "../kinds.ts";
import type { ScenarioContext } from "../scenario.ts";
import { FINAL_EXIT_CODE, TABLES } from "./batches.ts";
import { type Expected, isAsExpected } from "./expected.ts";

const SUCCESS = { status: "SUCCESS", reason: null } as const;
const DEAD = { status: "DEAD", reason: "error" } as const;

/** Rows by which each image identifies itself, and commands that cannot be started. */
export const IMAGE_ROWS: readonly Expected[] = [
  inImage("debian", { library: "glibc", uid: 1_000, shell: true }),
  inImage("musl", { library: "musl", uid: 65_532, shell: false }),
  inImage("shellless", { library: "glibc", uid: 1_000_660_000, shell: false }),
  inImage("scratch", { library: "musl", uid: 4_242, shell: false }),
  notStarted("missing", /^cannot start \/program\/none: the image has no such file$/),
  notStarted("text", /^cannot start \/program\/text: \/program\/text is not executable for user 1000$/),
  notStarted("foreign", /^cannot start \/program\/foreign: \/program\/foreign is built for riscv64, and this node is /),
];

/** The ways in which commands end. The order of a kind's rows is kept. */
export const END_ROWS: readonly Expected[] = [
  { kind: "debian", verb: "exit 0", what: "exit 0: SUCCESS", ends: [SUCCESS] },
  ...[64, 65, 78, FINAL_EXIT_CODE].map((code) => ({
    kind: "debian",
    verb: `exit ${code}`,
    what: `exit ${code}: DEAD`,
    ends: [{ ...DEAD, error: exit(code) }],
  })),
  {
    kind: "debian",
    verb: "exit 75",
    what: "exit 75: later",
    ends: [{ status: "FAILED", reason: "deferred", error: exit(75) }, SUCCESS],
  },
  {
    kind: "debian",
    verb: "exit 3",
    what: "exit 3: retried",
    ends: [{ status: "FAILED", reason: "error", error: exit(3) }, SUCCESS],
  },
  {
    kind: "debian",
    verb: "signal",
    what: "signal: DEAD as a crash",
    ends: [{ status: "DEAD", reason: "crashed", error: /^ended by SIGSEGV$/ }],
  },
  { kind: "debian", verb: "output", what: "gigabyte of output: SUCCESS", ends: [SUCCESS] },
  { kind: "debian", verb: "close", what: "closed stdout: SUCCESS", ends: [{ ...SUCCESS, result: "worked on" }] },
  {
    kind: "frozen",
    verb: "freeze",
    what: "frozen: DEAD after its timeout",
    ends: [{ ...DEAD, reason: TIMEOUT_REASON, error: /timed out after 5 s: ended by SIGKILL/ }],
  },
  { kind: "daemons", verb: "daemons", what: "two daemons left behind: SUCCESS", ends: [{ ...SUCCESS, result: 2 }] },
  {
    kind: "daemons",
    verb: "count",
    what: "none of them seen by the pod's next request",
    ends: [{ ...SUCCESS, result: 0 }],
  },
];

/**
 * A command that exhausts its memory. If the kernel kills the whole container, including the runner, the next pod records the crash
 * without its reason.
 */
export function memoryRow(killsContainer: boolean): Expected {
  return {
    kind: "debian",
    verb: "memory",
    what: killsContainer ? "out of memory, the runner too: DEAD" : "out of memory: DEAD with the reason",
    ends: [
      {
        status: "DEAD",
        reason: "crashed",
        error: killsContainer ? /^the worker in pod \S+ died/ : /^ended by SIGKILL, out of memory$/,
      },
    ],
  };
}

/** Inserts a row and returns its key. */
export async function insertRow(cluster: Cluster, kind: string, verb: string): Promise<number> {
  const [row] = await cluster.rows<{ id: number }>(
    `insert into ${TABLES[kind]} (verb) values ('${verb}') returning id`,
  );
  return (row as { id: number }).id;
}

/** Inserts rows, waits until all have ended, and compares them: one finding per row. Differences are noted. */
export async function runRows(
  { cluster, note }: Pick<ScenarioContext, "cluster" | "note">,
  rows: readonly Expected[],
  timeoutMs: number,
): Promise<Limit[]> {
  const ids: number[] = [];
  for (const { kind, verb } of rows) ids.push(await insertRow(cluster, kind, verb));
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  await kindsEnded(cluster, kinds, timeoutMs);
  const all = new Map(await Promise.all(kinds.map(async (kind) => [kind, await readAttempts(cluster, kind)] as const)));
  return rows.map((row, index) => {
    const attempts = (all.get(row.kind) ?? []).filter(({ request_id }) => request_id === ids[index]);
    const kept = isAsExpected(row, attempts);
    if (!kept) {
      const got = attempts.map(({ status, reason, error, result }) => ({ status, reason, error, result }));
      note(`${row.kind} "${row.verb}": ${JSON.stringify(got)}`);
    }
    return exactly(1, row.what, Number(kept));
  });
}

function inImage(kind: string, runs: Readonly<Record<string, unknown>>): Expected {
  const result = { ...runs, writableRoot: false, row: true };
  return { kind, verb: "report", what: `${kind} as user ${runs.uid}: SUCCESS`, ends: [{ ...SUCCESS, result }] };
}

function notStarted(kind: string, error: RegExp): Expected {
  return { kind, verb: "report", what: `${kind}: DEAD with the reason`, ends: [{ ...DEAD, error }] };
}

function exit(code: number): RegExp {
  return new RegExp(`^exit code ${code}: why ${code}`);
}
