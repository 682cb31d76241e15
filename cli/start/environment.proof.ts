import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { generate } from "selfsigned";
import { createCommand } from "../../tests/support/command.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { startTlsFront } from "../../tests/support/tlsProxy.ts";

const { home, start, processes, leftovers } = await createCommand("cli/start/main.ts");

const RUN = "--requests 2 --seconds 0 --json";

describe("npm start in an unusual environment", { timeout: 600_000, concurrency: 1 }, () => {
  const names = [
    "a space",
    `it's a "quote"`,
    "$HOME `touch ran`;touch ran",
    "commas,back\\slash",
    "new\nline ünïcödé",
    "long".repeat(40),
  ];
  for (const name of names) {
    test(`works in a TMPDIR like ${JSON.stringify(name.slice(0, 12))}, and leaves nothing there`, async () => {
      const TMPDIR = join(home, name);
      await mkdir(TMPDIR);
      const { exitCode, stdout, stderr } = await start(RUN, { TMPDIR }).ended;
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /"success":2/);
      assert.deepEqual(await readdir(TMPDIR), []);
      assert.deepEqual(await processes(), []);
      // The socket is elsewhere, at a plain and short path.
      const [, socket = ""] = /^psql --host=([\w./-]+) --port/m.exec(stderr) ?? [];
      assert.ok(socket.length < 90);
      await assert.rejects(readdir(socket), { code: "ENOENT" });
      assert.ok(!(await leftovers()).includes("ran") && !(await readdir(".")).includes("ran"));
    });
  }

  const shells: readonly NodeJS.ProcessEnv[] = [
    {
      ...{ PGSSLMODE: "verify-full", PGSSLROOTCERT: "/nowhere", PGSSLNEGOTIATION: "direct", PGOPTIONS: "-c x=1 --bad" },
      ...{ PGHOST: "nowhere", PGPORT: "1", PGUSER: "x", PGDATABASE: "x", PGPASSWORD: "x", PGPASSFILE: "/nowhere" },
      ...{ PGSERVICE: "x", PGCLIENTENCODING: "LATIN1", PGTZ: "x", PGDATESTYLE: "x", PGDATA: "/nowhere" },
    },
    { PG_CA_FILE: "/nowhere", LEASE_SECONDS: "abc", CRASH_LIMIT: "x", GRACE_SECONDS: "0", KIND: "x", JOB_NAME: "?" },
    {
      ...{ PG_HOST: "nowhere", PG_PORT: "x", PG_USERNAME: "x", PG_DATABASE: "x", DATABASE_TIMEOUT_SECONDS: "x" },
      ...{ LC_ALL: "xx_XX", LANG: "xx_XX", LC_MESSAGES: "fr_FR.UTF-8" },
    },
  ];
  for (const env of shells) {
    test(`ignores ${Object.keys(env).join(", ")}`, async () => {
      const { exitCode, stdout, stderr } = await start(RUN, env).ended;
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /"success":2,"dead":0,"jobs":2,.*"attempts":2/);
    });
  }

  test("uses PGPASSWORD for a DATABASE_URL without a password, and none of the shell's other PG variables", async () => {
    const { url, query } = await createTestDatabase();
    const env = {
      DATABASE_URL: url(),
      PGPASSWORD: "hunter2",
      PGSSLMODE: "require",
      PGOPTIONS: "--bad",
      PGHOST: "nowhere",
    };
    const { exitCode, stdout, stderr } = await start("--requests 1 --seconds 0", env).ended;
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stdout, /hunter2/);
    assert.deepEqual(await query("select count(*)::integer from clap"), [{ count: 1 }]);
  });
});

describe("DATABASE_URL of a server with TLS", { timeout: 600_000, concurrency: 1 }, async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  const root = join(home, "root.crt");
  await writeFile(root, pems.cert);
  const port = await startTlsFront(pems.cert, pems.private);

  const modes: readonly (readonly [parameters: string, expected: RegExp | 0])[] = [
    ["sslmode=require", 0],
    ["sslmode=no-verify", 0],
    [`sslmode=verify-full&sslrootcert=${encodeURIComponent(root)}`, 0],
    ["sslmode=verify-full", /^cannot connect to the server of DATABASE_URL: self-signed certificate/m],
    ["sslmode=verify-full&sslrootcert=/nowhere", /^DATABASE_URL must have an sslrootcert that is a file .*; got/m],
    ["sslmode=on", /^DATABASE_URL must have an sslmode of .*; got sslmode=on$/m],
    ["ssl=maybe", /^DATABASE_URL must have ssl=true or ssl=false; got ssl=maybe$/m],
    ["options=-c%20x%3D1", /^DATABASE_URL must have no parameters but .*; got options$/m],
  ];
  for (const [parameters, expected] of modes) {
    const title = parameters.replace(encodeURIComponent(root), "FILE");
    test(`${title} is ${expected === 0 ? "used by every connection" : "refused with the reason"}`, async () => {
      const { name, query } = await createTestDatabase();
      const DATABASE_URL = `postgresql://postgres@localhost:${port}/${name}?${parameters}`;
      const { exitCode, stderr } = await start("--requests 1 --seconds 0 --json", { DATABASE_URL }).ended;
      if (expected === 0) assert.equal(exitCode, 0, stderr);
      else assert.match(stderr, expected);
      assert.deepEqual(await query("select count(*)::integer from make_it_clap"), [{ count: expected === 0 ? 1 : 0 }]);
    });
  }

  test("sslmode=verify-full without a file gives a command the authorities as a file, which any driver reads", async () => {
    const { name, query } = await createTestDatabase();
    await query("create table pages (id bigint primary key)");
    await query("insert into pages values (1)");
    const env = {
      DATABASE_URL: `postgresql://postgres@localhost:${port}/${name}?sslmode=verify-full`,
      NODE_EXTRA_CA_CERTS: root,
    };
    const line = pems.cert.split("\n")[1];
    const command = `sh -c 'test "$PGSSLMODE" = verify-full && grep -qF "${line}" "$PGSSLROOTCERT"'`;
    const { exitCode, stderr } = await start(
      ["--table", "pages", "--kind", "page", "--command", command, "--json"],
      env,
    ).ended;
    assert.equal(exitCode, 0, stderr);
  });
});
