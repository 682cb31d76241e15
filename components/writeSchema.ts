import { writeFileSync } from "node:fs";
import { inferSchema, SCHEMA_FILE } from "./schema.ts";

/** `npm run componentSchema`: run it after every change to the components' arguments, outputs or descriptions. */
writeFileSync(SCHEMA_FILE, inferSchema().text);
