import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { codeBlocks } from "../../tests/support/codeBlocks.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { copyProject } from "../../tests/support/projectCopy.ts";

const run = promisify(execFile);
const database = await createTestDatabase();

test("by the steps of docs/your-own-work.md, the rows of a second, different table become SUCCESS, and its wrong rows DEAD", {
  timeout: 60_000,
}, async () => {
  const site = createServer(({ url }, response) => response.writeHead(url === "/gone" ? 404 : 200).end("hello"));
  after(() => site.close());
  await once(site.listen(0, "127.0.0.1"), "listening");
  const home = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;

  const page = await readFile(new URL("../../docs/your-own-work.md", import.meta.url), "utf8");
  const [attach = "", results = ""] = codeBlocks(page, "sql");
  const [handler = ""] = codeBlocks(page, "ts");
  const [command = ""] = codeBlocks(page, "sh");
  await database.query(attach);
  await database.query("insert into pages (url) values ($1 || '/here'), ($1 || '/gone'), ('nonsense')", [home]);
  await database.query("insert into make_it_clap (duration_seconds) values (0)");

  const copy = await copyProject();
  await writeFile(join(copy, "worker/src/handlers/page.ts"), handler);
  const exitCodes: number[] = [];
  for (let pod = 1; pod <= 4; pod++) {
    // The page's command, with the test's database.
    const words = command
      .replace("PG_HOST=localhost PG_USERNAME=postgres", "")
      .replace("JOB_NAME=try POD_NAME=try-1", `JOB_NAME=try-${pod} POD_NAME=try-${pod}-1`);
    assert.notEqual(words, command);
    const ended = run("sh", ["-c", words], { cwd: copy, env: { ...process.env, ...database.env } });
    exitCodes.push(await ended.then(() => 0).catch((error: { code: number }) => error.code));
  }
  assert.deepEqual(exitCodes, [0, 2, 2, 0]);

  const [requests, attempts] = results.split(";\n").filter((query) => query.trim() !== "");
  assert.deepEqual(await database.query(requests ?? ""), [
    { request_id: "1", status: "SUCCESS", attempt: 1 },
    { request_id: "2", status: "DEAD", attempt: 1 },
    { request_id: "3", status: "DEAD", attempt: 1 },
  ]);
  const rows = await database.query<{ error: string | null }>(attempts ?? "");
  const errors = rows.map(({ error }) => error?.split("\n")[0] ?? null);
  assert.deepEqual(errors, [
    null,
    `PermanentError: ${home}/gone must exist; got 404`,
    'TypeError: url must be a URL; got "nonsense"',
  ]);
  assert.deepEqual(await database.query("select from clap"), [], "the other kind is left alone");
});
