/** The variables that node-postgres reads as defaults of a connection: PGHOST, PGSSLMODE, PGOPTIONS, ... */
const LIBPQ = /^PG[A-Z]+$/;

/** Removes variables that would redirect the connections of this process; each connection gets its settings explicitly. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) if (LIBPQ.test(name)) delete env[name];
}
