import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { runCommandAttempt, runScript } from "../../../tests/support/commandAttempt.ts";
import { createFolder } from "../../../tests/support/createFolder.ts";

/** Runs `env` as the command. */
async function getEnvironment(env: NodeJS.ProcessEnv, directory = createFolder()): Promise<Record<string, string>> {
  const { stdout } = await runCommandAttempt({ command: ["env", "-0"], env, directory });
  const lines = stdout.toString().split("\0").filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

test("the command knows its attempt and its files", async () => {
  const directory = createFolder();
  const env = await getEnvironment({}, directory);
  const { BATCH_KIND, BATCH_REQUEST_ID, BATCH_ATTEMPT, BATCH_TOKEN } = env;
  assert.deepEqual([BATCH_KIND, BATCH_REQUEST_ID, BATCH_ATTEMPT, BATCH_TOKEN], ["page", "7", "2", "the-token"]);
  const files = ["REQUEST", "RESULT", "CHECKPOINT", "PROGRESS"].map((name) => env[`BATCH_${name}_FILE`] ?? "");
  assert.equal(new Set(files).size, 4);
  for (const file of [...files, env.TMPDIR ?? ""]) assert.equal(dirname(dirname(file)), directory);
});

test("the command gets neither the runner's password nor any other of its settings", async () => {
  const env = await getEnvironment({ PGPASSWORD: "secret", PG_HOST: "db", KIND: "page", LEASE_SECONDS: "30" });
  const isSetting = /^(PG_?(PASSWORD|HOST)|KIND|LEASE.*)$/;
  const seen = Object.entries(env).filter(([name, value]) => isSetting.test(name) || value === "secret");
  assert.deepEqual(seen, []);
});

test("variables set by the image or the user stay, whatever their names", async () => {
  const given = {
    PGHOST: "elsewhere",
    PGOPTIONS: "-c x=y",
    MY_PASSWORD: "mine",
    NODE_ENV: "production",
    NODE_OPTIONS: "--max-old-space-size=100",
    LD_LIBRARY_PATH: "/usr/local/cuda/lib64",
    BATCH_SIZE: "10",
    TMPDIR: "/var/tmp",
    EMPTY: "",
    MANY_LINES: "a\nb=c",
  };
  const env = await getEnvironment(given);
  assert.deepEqual(Object.fromEntries(Object.keys(given).map((name) => [name, env[name]])), given);
});

test("COMMAND_ENV_ sets a variable of the command whose name the runner uses, too", async () => {
  const env = await getEnvironment({
    PGPASSWORD: "the runner's",
    COMMAND_ENV_PGPASSWORD: "the command's",
    COMMAND_ENV_KIND: "",
    COMMAND_ENV_BATCH_TOKEN: "forged",
  });
  assert.equal(env.PGPASSWORD, "the command's");
  assert.equal(env.KIND, "");
  assert.equal(env.BATCH_TOKEN, "the-token");
  const left = Object.keys(env).filter((name) => name.startsWith("COMMAND_ENV_"));
  assert.deepEqual(left, []);
});

test("variables that the overlay renames reach the command; those the image did not set stay unset", async () => {
  const overlay = readFileSync(new URL("../../overlay.Dockerfile", import.meta.url), "utf8");
  const names = [...overlay.matchAll(/COMMAND_ENV_(\w+)=\$\1 \1=/g)].map(([, name = ""]) => name);
  assert.ok(names.length >= 4);
  const emptied = Object.fromEntries(names.map((name) => [name, ""]));
  const aside = (value: string) => Object.fromEntries(names.map((name) => [`COMMAND_ENV_${name}`, value]));
  const valuesOf = (env: Record<string, string>) => names.map((name) => env[name]);
  assert.deepEqual(valuesOf(await getEnvironment({ ...emptied, ...aside("") })), Array(names.length).fill(undefined));
  assert.deepEqual(valuesOf(await getEnvironment({ ...emptied, ...aside("/x") })), Array(names.length).fill("/x"));
});

test("nothing of one attempt is visible to the next", async () => {
  const directory = createFolder();
  const write = "for file in $BATCH_RESULT_FILE $BATCH_CHECKPOINT_FILE $BATCH_PROGRESS_FILE; do echo 1 > $file; done";
  const hide = "mkdir -p $TMPDIR/a/b; touch $TMPDIR/mine; chmod 000 $TMPDIR/a/b $TMPDIR/a";
  await runScript(`${write}; ${hide}; echo $BATCH_REQUEST_FILE`, { directory });
  const next = await runScript("cd $(dirname $BATCH_REQUEST_FILE); ls . tmp ..; pwd", { directory });
  assert.match(next.stdout.toString(), /^\.:\nrequest.json\ntmp\n\n\.\.:\nattempt-\w+\n\ntmp:\n\//);
  assert.deepEqual(next.log, []);
});
