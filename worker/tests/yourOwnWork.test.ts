import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createTestDatabase } from "../../tests/support/database.ts";
import { copyProject } from "../../tests/support/projectCopy.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const database = await createTestDatabase();

/** The page's code blocks, in order, by language. */
async function blocks(language: string): Promise<string[]> {
  const page = await readFile(join(root, "docs/your-own-work.md"), "utf8");
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map((match) => match[1] ?? "");
}

test("by the steps of docs/your-own-work.md, the rows of a second, different table become SUCCESS, and its wrong rows DEAD", {
  timeout: 60_000,
}, async () => {
  const site = createServer((request, response) =>
    response.writeHead(request.url === "/gone" ? 404 : 200).end("hello"),
  );
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  after(() => site.close());
  const home = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;

  const [attach = "", results = ""] = await blocks("sql");
  const [handler = ""] = await blocks("ts");
  const [command = ""] = await blocks("sh");
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
  const errors = (await database.query<{ error: string | null }>(attempts ?? "")).map(
    ({ error }) => error?.split("\n")[0] ?? null,
  );
  assert.deepEqual(errors, [
    null,
    `PermanentError: ${home}/gone must exist; got 404`,
    'TypeError: url must be a URL; got "nonsense"',
  ]);
  assert.deepEqual(await database.query("select from clap"), [], "the other kind is left alone");
});
