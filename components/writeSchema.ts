import { writeFileSync } from "node:fs";
import { inferSchema, SCHEMA_FILE } from "./schema.ts";

/** `npm run componentSchema`: after a change of the components' arguments or outputs. */
writeFileSync(SCHEMA_FILE, inferSchema());
