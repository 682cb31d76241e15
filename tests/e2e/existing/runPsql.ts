import { join } from "node:path";
import { getOutput } from "../../../cli/getOutput.ts";
import { DEBIAN_PROGRAMS } from "../../support/debianServer.ts";

/**
 * Runs statements by Debian's psql, up to the first that fails; its rows without headers.
 *
 * @param password - the role's; it is in no command line. @default - none is needed
 * @throws ProgramError with what the server says
 */
export async function runPsql(conninfo: string, statements: string, password = ""): Promise<string> {
  const options = ["-qAtX", "-v", "ON_ERROR_STOP=1"];
  const env = { ...process.env, PGPASSWORD: password };
  return await getOutput(join(DEBIAN_PROGRAMS, "psql"), [conninfo, ...options], { env, input: statements });
}
