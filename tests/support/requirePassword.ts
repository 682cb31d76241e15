import { readFileSync, writeFileSync } from "node:fs";
import { connectTo } from "./database.ts";

/**
 * Makes the tests' server demand a password of one role; the others need none. Test files share the server, and may do this at the same time:
 * each adds and removes its own line of pg_hba.conf. The latest applies.
 *
 * @param method - how the server asks for it
 * @returns a function that removes the line
 */
export async function requirePassword(role: string, method = "scram-sha-256"): Promise<() => Promise<void>> {
  const rule = `local all ${role} ${method}\n`;
  await changeRules((rules) => rule + rules);
  return () => changeRules((rules) => rules.replace(rule, ""));
}

async function changeRules(change: (rules: string) => string): Promise<void> {
  const client = await connectTo("postgres");
  try {
    const { rows } = await client.query<{ file: string }>(
      "select current_setting('hba_file') as file, pg_advisory_lock(hashtext('pg_hba.conf'))",
    );
    const file = rows[0]?.file ?? "";
    writeFileSync(file, change(readFileSync(file, "utf8")));
    await client.query("select pg_reload_conf()");
  } finally {
    await client.end();
  }
}
