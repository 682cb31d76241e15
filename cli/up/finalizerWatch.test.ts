import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createPrograms } from "../../tests/support/programs.ts";
import { FinalizerWatch } from "./finalizerWatch.ts";
import { KEDA_FINALIZER } from "./kedaFinalizer.ts";
import { Kubectl } from "./kubectl.ts";
import { parseStackState, type StackState } from "./stackState.ts";

const SCALED_JOB = { namespace: "n", name: "claps" };
const AUTHENTICATION = { namespace: "n", name: "claps-auth" };
const OURS: StackState = {
  ...parseStackState("{}"),
  namespaces: ["n"],
  scaledJobs: [SCALED_JOB],
  triggerAuthentications: [AUTHENTICATION],
  ownsKeda: true,
};

/** A kubectl that answers with the files `objects`, `operators` and `jobs` of its folder. */
const KUBECTL = `case "$*" in
  *" get scaledjobs"*) answer=objects;;
  *" get pods "*) answer=operators;;
  *" get jobs "*) answer=jobs;;
  *) exit 0;;
esac
while read -r line; do printf '%s\\n' "$line"; done < "\${0%/*}/$answer"`;

const DELETED = { deletionTimestamp: "2026-11-26T05:22:00Z" };
const keda = (kind: string, identity: typeof SCALED_JOB, deletion: object = DELETED) => ({
  kind,
  metadata: { ...identity, finalizers: [KEDA_FINALIZER], ...deletion },
});

const OPERATOR = { metadata: { name: "o" }, status: { conditions: [{ type: "Ready", status: "True" }] } };

/** The lines and patches of a watch after `polls` polls of a cluster. */
async function watch(
  state: StackState,
  polls: number,
  answers: { readonly objects: object[]; readonly operators?: object[]; readonly jobs?: object[] },
  kubectl = KUBECTL,
) {
  const { folder, calls } = await createPrograms({ kubectl });
  for (const answer of ["objects", "operators", "jobs"] as const) {
    await writeFile(join(folder, answer), `${JSON.stringify({ items: answers[answer] ?? [] })}\n`);
  }
  const watched = new FinalizerWatch(new Kubectl("mine", { PATH: folder }), state);
  const lines: string[] = [];
  for (let poll = 0; poll < polls; poll++) lines.push(...(await watched.poll()));
  return { lines, patches: (await calls()).filter((call) => call.includes(" patch ")) };
}

describe("KEDA's finalizers without a running operator", () => {
  const objects = [keda("ScaledJob", SCALED_JOB), keda("TriggerAuthentication", AUTHENTICATION)];

  test("are removed from the stack's deleted objects, each with a line that says so", async () => {
    const { lines, patches } = await watch(OURS, 3, { objects });
    assert.deepEqual(lines, [
      "KEDA's operator is not running, and no Job is left: removed its finalizer from the ScaledJob n/claps",
      "KEDA's operator is not running: removed its finalizer from the TriggerAuthentication n/claps-auth",
    ]);
    assert.match(patches[0] ?? "", /^kubectl --context mine .*patch scaledjob\.keda\.sh\/claps -n n --type=json/);
    assert.match(patches[1] ?? "", /patch triggerauthentication\.keda\.sh\/claps-auth -n n /);
  });

  test("stay until the operator has been missing at several polls, since it may be restarting", async () => {
    assert.deepEqual(await watch(OURS, 2, { objects }), { lines: [], patches: [] });
  });

  test("stay on a ScaledJob while it has Jobs", async () => {
    const { patches } = await watch(OURS, 12, { objects: objects.slice(0, 1), jobs: [{}] });
    assert.deepEqual(patches, []);
  });

  test("stay on objects that are not being deleted, and on other owners' objects", async () => {
    const others = [keda("ScaledJob", SCALED_JOB, {}), keda("ScaledJob", { namespace: "n", name: "others" })];
    assert.deepEqual(await watch(OURS, 12, { objects: others }), { lines: [], patches: [] });
  });

  test("stay if KEDA belongs to others: the command is printed once", async () => {
    const { lines, patches } = await watch({ ...OURS, ownsKeda: false }, 12, { objects: objects.slice(0, 1) });
    assert.deepEqual(patches, []);
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? "", /^kubectl --context mine patch scaledjob\.keda\.sh\/claps -n n --type=json -p '\[/);
  });

  test("stay if an operator runs: the command is printed if it does not remove them", async () => {
    const { lines, patches } = await watch(OURS, 12, { objects: objects.slice(1), operators: [OPERATOR] });
    assert.deepEqual(patches, []);
    assert.match(lines[0] ?? "", /TriggerAuthentication n\/claps-auth waits for KEDA's operator/);
  });

  test("stay if the cluster does not report whether an operator runs", async () => {
    const kubectl = `case "$*" in *" get pods "*) exit 1;; esac\n${KUBECTL}`;
    assert.deepEqual(await watch(OURS, 5, { objects }, kubectl), { lines: [], patches: [] });
  });
});
