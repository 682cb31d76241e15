import { writeFileSync } from "node:fs";
import { podFieldsJson } from "./podFields.ts";

/** `node tests/support/pulumi/dumpPodFields.ts` writes components/podFields.json, after a change of scaledJobCrd.json. */
writeFileSync(new URL("../../../components/podFields.json", import.meta.url), podFieldsJson());
