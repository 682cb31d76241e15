// The least that a process which asks PostgreSQL anything can be: what `npm run bench -- start` compares the worker with.
import pg from "pg";

const { PG_HOST: host, PG_PORT: port, PG_USERNAME: user, PG_DATABASE: database } = process.env;
const client = new pg.Client({ host, port: Number(port), user, database });
await client.connect();
const { rows } = await client.query("select 1 as one");
console.log(rows[0].one);
await client.end();
