import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import pg from "pg";
import { until } from "../support/until.ts";
import type { CommandPlan, ProgramStep } from "./commandPlan.ts";

// A command with three effects, each in a transaction with a different function of the contract, which dies where its plan says so.

const { fault, notes } = JSON.parse(process.env.CRASH_PLAN ?? "") as CommandPlan;
const { BATCH_TOKEN: token = "", BATCH_REQUEST_ID: request, BATCH_ATTEMPT: attempt } = process.env;
const { BATCH_CHECKPOINT_FILE = "", BATCH_PROGRESS_FILE = "", BATCH_RESULT_FILE = "", PGHOST = "" } = process.env;
const runner = process.ppid;

async function takeStep(step: ProgramStep): Promise<void> {
  appendFileSync(notes, `${attempt}: ${step}\n`);
  if (attempt !== "1" || fault?.at !== step) return;
  if (fault.kill === "stop") {
    process.once("SIGTERM", () => process.exit(0));
    process.kill(runner, "SIGTERM");
    // Only the signal ends it.
    setInterval(() => undefined, 60_000);
    await new Promise(() => undefined);
  }
  if (fault.kill !== "command") process.kill(runner, "SIGKILL");
  if (fault.kill === "command" || fault.kill === "both") process.kill(process.pid, "SIGKILL");
  await untilOvertaken(fault.kill === "runner, waking during" ? HAS_ANOTHER_ATTEMPT : IS_OVER);
}

const IS_OVER = "not exists (select from batch.queue where request_id = split_part($1, ':', 2)::bigint)";
const HAS_ANOTHER_ATTEMPT =
  "not exists (select from batch.queue where token = split_part($1, ':', 4)::uuid and session_id is not null)";
/** The next runner found the request locked by this program's transaction, and asks again. */
const successorWaits = () => readFileSync(notes, "utf8").includes("runner: reclaim 2\n");

async function untilOvertaken(condition: string): Promise<void> {
  const watch = new pg.Client({ host: PGHOST, application_name: "watch" });
  await watch.connect();
  const isMet = async () => successorWaits() || (await watch.query(`select where ${condition}`, [token])).rowCount;
  await until("another attempt has the request, or waits for it", isMet);
  await watch.end();
}

function replace(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value));
  renameSync(`${file}.new`, file);
}

await takeStep("start");
const row = JSON.parse(await text(process.stdin)) as { id: number };
await takeStep("row read");
const checkpoint = existsSync(BATCH_CHECKPOINT_FILE)
  ? (JSON.parse(readFileSync(BATCH_CHECKPOINT_FILE, "utf8")) as { done: number })
  : { done: 0 };
appendFileSync(notes, `${attempt}: continues after ${checkpoint.done}\n`);
const client = new pg.Client({ host: PGHOST, application_name: "program" });
await client.connect();
await takeStep("progress written");
replace(BATCH_PROGRESS_FILE, { done: checkpoint.done, total: 3 });

const insert = "insert into effects (request_id, effect, attempt) values ($1, $2, $3)";
if (checkpoint.done < 2) {
  // Without a checkpoint, search for the first effect: `batch.own()` lets no other attempt write meanwhile.
  await client.query("begin");
  await takeStep("first own");
  await client.query("select batch.own($1)", [token]);
  await takeStep("first effect");
  await client.query(
    `insert into effects (request_id, effect, attempt)
     select $1, 1, $2 where not exists (select from effects where request_id = $1 and effect = 1)`,
    [row.id, attempt],
  );
  await takeStep("first commit");
  await client.query("commit");

  await client.query("begin");
  await takeStep("second effect");
  await client.query(insert, [row.id, 2, attempt]);
  await takeStep("checkpoint");
  await client.query("select batch.checkpoint($1, $2)", [token, JSON.stringify({ done: 2 })]);
  await takeStep("second commit");
  await client.query("commit");
  await takeStep("checkpoint written");
  replace(BATCH_CHECKPOINT_FILE, { done: 2 });
}

await client.query("begin");
await takeStep("third effect");
await client.query(insert, [request, 3, attempt]);
await takeStep("finish");
const { rows } = await client.query("select batch.finish($1, $2) as finished", [token, JSON.stringify({ done: 3 })]);
if (!rows[0].finished) throw new Error("an attempt that has not finished its request must finish it");
await takeStep("third commit");
await client.query("commit");
await takeStep("result written");
replace(BATCH_RESULT_FILE, { done: 3 });
await client.end();
