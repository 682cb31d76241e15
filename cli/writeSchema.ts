import { writeFileSync } from "node:fs";
import { dumpSchema, SCHEMA_FILE } from "./dumpSchema.ts";
import { runCommand } from "./runCommand.ts";

/** `npm run schema`: writes sql/schema.sql. */
await runCommand(async () => {
  writeFileSync(SCHEMA_FILE, await dumpSchema());
  console.log("sql/schema.sql is up to date");
  return 0;
});
