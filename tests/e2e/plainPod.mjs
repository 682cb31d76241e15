// What a pod does for a row without any queue: it asks the database what to do, works for 20 s, and says that it is done.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const { PG_HOST: host, PG_PORT: port, PG_DATABASE: database, PG_USERNAME: user, PG_CA_FILE: caFile } = process.env;
const client = new pg.Client({ host, port: Number(port), database, user, ssl: { ca: readFileSync(caFile, "utf8") } });
await client.connect();
await client.query("select 1");
await sleep(20_000);
await client.query("select 1");
await client.end();
