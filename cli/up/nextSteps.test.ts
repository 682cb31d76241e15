import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { Postgres } from "../../components/postgres.ts";
import { createPrograms } from "../../tests/support/programs.ts";
import { mockEngine, settled } from "../../tests/support/pulumi/recordResources.ts";
import { type Deployed, howToGoOn, nextSteps } from "./nextSteps.ts";

await mockEngine();
const psql = await settled(new Postgres("postgres", {}).psql);

const OWN = { PULUMI_BACKEND_URL: "file:///my%20work%20%231's", PULUMI_CONFIG_PASSPHRASE: "" };
const DEPLOYED: Deployed = {
  psql,
  namespaces: { batches: "keda-with-postgresql", keda: "keda" },
  context: undefined,
  minikube: true,
  stack: "dev",
  env: OWN,
};

/** The lines that are to be pasted. */
function commands(deployed: Deployed): string[] {
  return nextSteps(deployed).filter((line) => line !== "" && !line.startsWith("#"));
}

describe("what to try next", () => {
  test("is a purpose and a line, for each", () => {
    const lines = nextSteps(DEPLOYED);
    for (let at = 0; at < lines.length; at += 3) {
      assert.equal(lines[at], "");
      assert.match(lines[at + 1] ?? "", /^# [A-Z]/);
      assert.match(lines[at + 2] ?? "", /^(kubectl|minikube|npm|pulumi|export) /);
    }
  });

  test("names what is not the current choice, and nothing else", () => {
    const others = commands({ ...DEPLOYED, context: "mine", stack: "other" });
    for (const line of others.filter((its) => its.includes("kubectl"))) assert.match(line, /kubectl --context mine /);
    assert.ok(others.includes("pulumi stack output job --stack other | kubectl --context mine create -f -"));
    assert.ok(others.includes("npm run up -- --stack other --config pollingInterval=5"));
    assert.ok(others.includes("npm run down -- --stack other"));
    assert.ok(others.includes("minikube dashboard --profile=mine"));
    assert.ok(!commands(DEPLOYED).join("\n").includes("--context"));
    assert.ok(!commands(DEPLOYED).join("\n").includes("--stack"));
  });

  test("leaves out what is not there to be looked at, or to be set", () => {
    const lines = commands({ ...DEPLOYED, minikube: false, env: {} });
    assert.ok(!lines.some((line) => line.startsWith("minikube") || line.startsWith("export")));
  });

  test("can be pasted as it is: psql gets each statement as one word, and Pulumi its own variables", async () => {
    const programs = await createPrograms({
      // As kubectl exec would, without a cluster.
      kubectl: 'test "$1" = exec || exit 0; while test "$1" != --; do shift; done; shift; exec "$@"',
      psql: 'printf "%s|" "$PGPASSWORD" "$@"; echo',
      pulumi: 'echo "$PULUMI_BACKEND_URL|$PULUMI_CONFIG_PASSPHRASE"',
      cat: "echo secret",
    });
    const [insert = "", , select = ""] = commands(DEPLOYED);
    const [set = ""] = commands(DEPLOYED).filter((line) => line.startsWith("export"));
    const { stdout } = await promisify(execFile)(
      "sh",
      ["-euc", [insert, select, set, "pulumi stack output job"].join("\n")],
      {
        env: { ...process.env, PATH: programs.folder },
      },
    );
    assert.deepEqual(stdout.trim().split("\n"), [
      "secret|-h|127.0.0.1|-U|postgres|-c|insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 60)|",
      "secret|-h|127.0.0.1|-U|postgres|-c|select * from clap order by id|",
      "file:///my%20work%20%231's|",
    ]);
  });
});

describe("how to go on", () => {
  for (const [script, stack, passedOn, again] of [
    ["up", "dev", [], "npm run up"],
    ["up", "mine", ["-c", "memory=1 Gi"], "npm run up -- --stack mine -c 'memory=1 Gi'"],
    ["down", "dev", ["--refresh"], "npm run down -- --refresh"],
  ] as const) {
    test(`is "${again}", and cancel where the stack is locked`, () => {
      const lines = howToGoOn(script, { stack, passedOn, env: OWN });
      assert.equal(lines[1], again);
      assert.equal(
        lines.at(-1),
        `PULUMI_BACKEND_URL='file:///my%20work%20%231'\\''s' PULUMI_CONFIG_PASSPHRASE='' pulumi cancel --yes --stack ${stack}`,
      );
    });
  }
});
