import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { load } from "js-yaml";
import { codeBlocks } from "../support/codeBlocks.ts";
import { createTestDatabase } from "../support/database.ts";
import { copyProject } from "../support/projectCopy.ts";
import { readConfig } from "../support/pulumi/configProblems.ts";

const ROOT = new URL("../../", import.meta.url);
const readme = readFileSync(new URL("README.md", ROOT), "utf8");
const database = await createTestDatabase();
const { query } = database;

/** Runs one pod of the kind `page` with the handler of README; its exit code. */
async function runPod(copy: string): Promise<number> {
  const env = { ...process.env, ...database.env, KIND: "page", JOB_NAME: "readme", POD_NAME: "readme-1" };
  const ended = promisify(execFile)(process.execPath, ["worker/src/main.ts"], { cwd: copy, env });
  return ended.then(() => 0).catch((error: { code: number }) => error.code);
}

describe("README", { timeout: 60_000 }, () => {
  test("has at most 120 lines, and a handler of at most eight", () => {
    assert.ok(readme.trimEnd().split("\n").length <= 120);
    assert.ok((codeBlocks(readme, "ts")[0] ?? "").trimEnd().split("\n").length <= 8);
  });

  test("shows a table and a handler that work: SUCCESS with a result, and DEAD at once for a wrong row", async () => {
    const site = createServer((_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    after(() => site.close());
    const here = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const [sql = ""] = codeBlocks(readme, "sql");
    assert.ok(sql.includes("'https://example.com'"));
    const statements = sql.replace("https://example.com", here).split(/;\n/);
    const [select = ""] = statements.filter((statement) => statement.startsWith("select request_id"));
    for (const statement of statements.slice(0, 3)) await query(statement);
    await query("insert into pages (url) values ('nonsense')");

    const copy = await copyProject();
    await writeFile(join(copy, "worker/src/handlers/page.ts"), codeBlocks(readme, "ts")[0] ?? "");
    assert.deepEqual([await runPod(copy), await runPod(copy)], [0, 2]);
    assert.deepEqual(await query(`${select.replace(/;\s*$/, "")} order by 1`), [
      { request_id: "1", status: "SUCCESS", attempt: 1 },
      { request_id: "2", status: "DEAD", attempt: 1 },
    ]);
    assert.deepEqual(await query("select result from batch.request where request_id = 1"), [
      { result: { characters: 5 } },
    ]);
  });

  test("shows a batch with a command as the stack's settings have it", () => {
    const [yaml = ""] = codeBlocks(readme, "yaml");
    const { config } = load(yaml) as { readonly config: Record<string, unknown> };
    const { batches } = readConfig(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^postgres-batch:/, ""), value])),
    );
    const commands = batches.map(({ kind, command }) => ({ kind, command }));
    assert.deepEqual(commands, [{ kind: "page", command: ["python3", "work.py"] }]);
  });

  test("names, for each of its five guarantees, a command and test files that exist", () => {
    const section = readme.split(/^## /m).find((part) => part.startsWith("What is guaranteed")) ?? "";
    const guarantees = section.split(/^- /m).slice(1);
    assert.equal(guarantees.length, 5);
    for (const guarantee of guarantees) assert.match(guarantee, /`npm (test|run (proof|chaos|e2e))\b/);
    const files = [...section.matchAll(/`([\w/]+\.test\.ts)`/g)].map(([, file = ""]) => file);
    assert.ok(files.length >= 4);
    const missing = files.filter((file) => !existsSync(new URL(file, ROOT)));
    assert.deepEqual(missing, []);
  });
});
