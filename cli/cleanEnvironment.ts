/** The variables that node-postgres reads where a connection is silent: PGHOST, PGSSLMODE, PGOPTIONS, ... */
const LIBPQ = /^PG[A-Z]+$/;

/** Removes what would lead the connections of this process elsewhere; what a connection needs it is given explicitly. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) if (LIBPQ.test(name)) delete env[name];
}
