import { atMost, exactly, type Limit } from "../../support/limit.ts";
import type { Cluster } from "../cluster.ts";
import { killContainer } from "../killContainer.ts";
import { readAttempts } from "../kinds.ts";

const KIND = "mailing";
/** The size of the row that tables.sql inserts, and how much LettersJob.java writes per transaction. */
const LETTERS = 1_000;
const CHUNK = 20;
const KILLS = 5;

/** The most that each attempt may write before it is killed, so that the last attempt always has letters left. */
const MOST_BEFORE_KILL = 100;

/** A letter takes 20 ms and all of them 20 s, since a kill from outside may take seconds on a busy machine. */
const SLOW_LETTERS = `
  create function take_time() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return new; end $$;
  create trigger slow before insert on letters for each row execute function take_time()`;

/** Kills the pod of the only mailing five times, each time after it has written some more letters than its predecessor. */
export async function killMailing(cluster: Cluster): Promise<void> {
  await cluster.psql(SLOW_LETTERS);
  for (let kill = 1; kill <= KILLS; kill++) {
    const enough = (await countLetters(cluster)) + Math.ceil(Math.random() * MOST_BEFORE_KILL);
    // The server itself waits: a query from outside would take as long as several chunks.
    await cluster.psql(`
      set statement_timeout = '120s';
      do $$ begin while (select count(*) from letters) < ${enough} loop perform pg_sleep(0.01); end loop; end $$`);
    const running = (await readAttempts(cluster, KIND)).find(({ ended_at }) => ended_at === null);
    if (running === undefined)
      throw new Error(`the mailing must run to be killed; it has ended after ${kill - 1} kills`);
    await killContainer(cluster, running.pod_name, KIND);
  }
}

/** The findings about a mailing that was killed five times. */
export async function mailingFindings(cluster: Cluster): Promise<Limit[]> {
  const attempts = await readAttempts(cluster, KIND);
  const [letters] = await cluster.rows<{ count: number; least: number; most: number }>(
    "select count(*), min(number) as least, max(number) as most from letters",
  );
  const begun = Number(await cluster.psql("select last_value from letter_chunks"));
  const executions = await cluster.psql(
    "select string_agg(status, ' ' order by job_execution_id) from spring_batch.batch_job_execution",
  );
  const complete = letters?.count === LETTERS && letters.least === 1 && letters.most === LETTERS;
  const restarted = executions.trim() === `${"FAILED ".repeat(KILLS)}COMPLETED`;
  return [
    exactly(KILLS, "kills, each a crash", attempts.filter(({ reason }) => reason === "crashed").length),
    exactly(KILLS + 1, "attempts", attempts.length),
    exactly(LETTERS, "letters, once each", complete ? LETTERS : (letters?.count ?? 0)),
    atMost(KILLS, "chunks repeated", begun - LETTERS / CHUNK),
    exactly(1, "restart of the killed execution each time", Number(restarted)),
  ];
}

async function countLetters(cluster: Cluster): Promise<number> {
  return Number(await cluster.psql("select count(*) from letters"));
}
