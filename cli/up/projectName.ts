import { readFileSync } from "node:fs";

const FILE = new URL("../../Pulumi.yaml", import.meta.url);

/** The name of the Pulumi project, which begins the keys of the stack's settings. index.ts asks Pulumi for it: a copy may have another name. */
export const PROJECT = /^name:\s*["']?([\w.-]+)/m.exec(readFileSync(FILE, "utf8"))?.[1] ?? "postgres-batch";
