import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Postgres } from "../../components/postgres.ts";
import { withContext } from "../../components/withContext.ts";
import { createPrograms } from "../../tests/support/programs.ts";
import { mockEngine, settled } from "../../tests/support/pulumi/recordResources.ts";
import { getOutput } from "../getOutput.ts";
import { type Deployment, nextSteps } from "./nextSteps.ts";

await mockEngine();
const psql = withContext(await settled(new Postgres("postgres", {}).psql), "theirs");

const EXTRA_ENV = { PULUMI_BACKEND_URL: "file:///my%20work%20%231's", PULUMI_CONFIG_PASSPHRASE: "" };
const DEPLOYMENT: Deployment = {
  psql,
  namespaces: { batches: "keda-with-postgresql", keda: "keda" },
  kinds: ["clap"],
  context: undefined,
  profile: "minikube",
  stack: "dev",
  extraEnv: EXTRA_ENV,
};

/** The commands without their purposes. */
function commands(deployment: Deployment): string[] {
  return nextSteps(deployment).filter((line) => line !== "" && !line.startsWith("#"));
}

describe("the next steps", () => {
  test("gives a purpose and a command for each step", () => {
    const lines = nextSteps(DEPLOYMENT);
    for (let at = 0; at < lines.length; at += 3) {
      assert.equal(lines[at], "");
      assert.match(lines[at + 1] ?? "", /^# [A-Z]/);
      assert.match(lines[at + 2] ?? "", /^(kubectl|minikube|npm|pulumi|export) /);
    }
  });

  test("names the context and the stack only if they are not the defaults", () => {
    const others = commands({ ...DEPLOYMENT, context: "mine", profile: "mine", stack: "other" });
    for (const line of others.filter((line) => line.includes("kubectl"))) assert.match(line, /kubectl --context mine /);
    assert.ok(others.includes("pulumi stack output job --stack other | kubectl --context mine create -f -"));
    assert.ok(others.includes("npm run up -- --stack other --config pollingInterval=5"));
    assert.ok(others.includes("npm run down -- --stack other"));
    assert.ok(others.includes("minikube dashboard --profile=mine"));
    assert.doesNotMatch(commands(DEPLOYMENT).join("\n"), /--(context|stack)/);
  });

  test("names a context of any name once in each command", () => {
    const context = "an exec -it context";
    const lines = commands({ ...DEPLOYMENT, context, psql: psql.replace("'theirs'", `'${context}'`) });
    for (const line of lines.filter((line) => line.includes("psql")))
      assert.match(line, /^kubectl --context 'an exec -it context' exec (-it )?-n keda-with-postgresql /);
  });

  test("names the sample only if it is deployed", () => {
    const lines = commands({ ...DEPLOYMENT, kinds: ["page"] }).join("\n");
    assert.doesNotMatch(lines, /clap/);
    assert.match(lines, /-c "table batch.status"/);
    assert.match(commands({ ...DEPLOYMENT, kinds: ["page", "clap"] }).join("\n"), /insert into make_it_clap/);
  });

  test("shows the secrets of a Job that contains some: kubectl could not read it otherwise", () => {
    const lines = commands({ ...DEPLOYMENT, job: "[secret]" });
    assert.ok(lines.includes("pulumi stack output job --show-secrets | kubectl create -f -"));
    assert.doesNotMatch(commands({ ...DEPLOYMENT, job: "{}" }).join("\n"), /--show-secrets/);
  });

  test("names minikube's profile even if kubectl's current context is its", () => {
    const lines = commands({ ...DEPLOYMENT, context: undefined, profile: "two" });
    assert.ok(lines.includes("minikube dashboard --profile=two"));
  });

  test("omits minikube if it is not used, and variables if none are needed", () => {
    const lines = commands({ ...DEPLOYMENT, profile: undefined, extraEnv: {} });
    assert.ok(!lines.some((line) => line.startsWith("minikube") || line.startsWith("export")));
  });

  test("gives commands that can be pasted: psql gets each statement as one word, and Pulumi its variables", async () => {
    const programs = await createPrograms({
      // As kubectl exec would, without a cluster.
      kubectl: 'test "$1" = exec || exit 0; while test "$1" != --; do shift; done; shift; exec "$@"',
      psql: 'printf "%s|" "$PGPASSWORD" "$@"; echo',
      pulumi: 'echo "$PULUMI_BACKEND_URL|$PULUMI_CONFIG_PASSPHRASE"',
      cat: "echo secret",
    });
    const [insert = "", , select = ""] = commands(DEPLOYMENT);
    const [set = ""] = commands(DEPLOYMENT).filter((line) => line.startsWith("export"));
    const script = [insert, select, set, "pulumi stack output job"].join("\n");
    const printed = await getOutput("sh", ["-euc", script], { env: { ...process.env, PATH: programs.folder } });
    assert.deepEqual(printed.trim().split("\n"), [
      "secret|-h|127.0.0.1|-U|postgres|-c|insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 60)|",
      "secret|-h|127.0.0.1|-U|postgres|-c|select * from clap order by id|",
      "file:///my%20work%20%231's|",
    ]);
  });
});
