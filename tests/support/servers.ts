import { DEBIAN_MISSING, startDebianServer } from "./debianServer.ts";
import { startTestServer } from "./testServer.ts";

/** The servers on which what a role may do is tested: its rights depend on PostgreSQL's version. */
export const SERVERS = [
  { name: "the tests' PostgreSQL", skip: false, start: startTestServer },
  { name: "Debian's PostgreSQL 15", skip: DEBIAN_MISSING ?? false, start: () => startDebianServer() },
] as const;
