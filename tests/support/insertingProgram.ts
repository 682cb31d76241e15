import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** A command that sleeps as long as its row says, and writes its effect in the transaction that ends its request. */
const { BATCH_TOKEN: token, BATCH_ATTEMPT: attempt, PGHOST: host } = process.env;
const row = JSON.parse(await text(process.stdin)) as { id: number; ms: number };
await sleep(row.ms);
const client = new pg.Client({ ...(host && { host }) });
await client.connect();
await client.query("begin");
await client.query("insert into effects (page_id, attempt) values (batch.own($1), $2)", [token, attempt]);
await client.query("select batch.finish($1, $2)", [token, JSON.stringify({ page: row.id })]);
await client.query("commit");
// An open connection keeps the process alive.
if (!process.argv.includes("--stay")) await client.end();
