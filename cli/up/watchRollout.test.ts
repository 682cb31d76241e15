import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { observed } from "../../tests/support/observedPods.ts";
import { createPrograms } from "../../tests/support/programs.ts";
import { until } from "../../tests/support/until.ts";
import { Kubectl } from "./kubectl.ts";
import { parseStackState, type StackState } from "./stackState.ts";
import { watchRollout } from "./watchRollout.ts";

const STATE: StackState = { ...parseStackState("{}"), namespaces: ["batches"], ownsKeda: true };

/** A kubectl whose objects are in the file `items` and whose log contains a password. */
const KUBECTL = `case "$*" in
  *" get pods,events,statefulsets "*) while read -r line; do printf '%s\\n' "$line"; done < "\${0%/*}/items";;
  *" get scaledjobs.keda.sh -n batches "*) while read -r line; do printf '%s\\n' "$line"; done < "\${0%/*}/scaledJobs";;
  *" logs "*--previous) echo "PGPASSWORD=Abc123"; echo "mkdir: cannot create directory: Permission denied";;
esac`;

function podAndEvents(name: string) {
  const { pod, events } = observed(name);
  return [pod, ...events];
}

async function start(items: readonly object[], state = STATE, scaledJobs: readonly object[] = []) {
  const { folder, calls } = await createPrograms({ kubectl: KUBECTL });
  await writeFile(join(folder, "items"), `${JSON.stringify({ items })}\n`);
  await writeFile(join(folder, "scaledJobs"), `${JSON.stringify({ items: scaledJobs })}\n`);
  const printed: string[] = [];
  const ended = new AbortController();
  const result = watchRollout({
    kubectl: new Kubectl("mine", { PATH: folder }),
    readState: async () => state,
    ended: ended.signal,
    print: (lines) => printed.push(lines.join("\n")),
    timeScale: 0.01,
  });
  return { result, printed, ended, calls, folder };
}

describe("the watch during pulumi up", () => {
  test("prints a crashing pod's state, events and last log lines without secrets, and ends with them if the problem persists", async () => {
    const { result, printed } = await start(podAndEvents("crash"));
    const reason = (await result)?.join("\n") ?? "";
    assert.equal(printed.length, 1);
    for (const text of [printed[0] ?? "", reason]) {
      assert.match(text, /^pod batches\/crash: CrashLoopBackOff, its container main .*exit code 1$/m);
      assert.match(text, /^ {4}Warning BackOff \(6 times\): Back-off restarting failed container main/m);
      assert.match(text, /all of it: kubectl --context mine logs crash -n batches -c main --previous\):$/m);
      assert.match(text, /^ {4}mkdir: cannot create directory: Permission denied$/m);
      assert.match(text, /^ {2}what to do: /m);
      assert.ok(!text.includes("Abc123"), text);
    }
  });

  test("prints the events of volume claims with a pod that waits for one", async () => {
    const involvedObject = { kind: "PersistentVolumeClaim", namespace: "batches", name: "claim" };
    const about = { type: "Warning", reason: "ProvisioningFailed", message: "no class" };
    const event = { kind: "Event", ...about, involvedObject };
    const { result } = await start([...podAndEvents("pvc"), event]);
    assert.match((await result)?.join("\n") ?? "", /ProvisioningFailed: no class/);
  });

  test("prints problems that only Pulumi's time limits end, and continues", async () => {
    const { result, printed, ended } = await start(podAndEvents("unready"));
    await until("a report", () => printed.length > 0);
    ended.abort();
    assert.equal(await result, undefined);
    assert.match(printed[0] ?? "", /^pod batches\/unready: Unhealthy, /);
  });

  test("names KEDA's operator if it does not process a ScaledJob of the stack, and ends with that", async () => {
    const page = { namespace: "batches", name: "page" };
    const others = { metadata: { namespace: "batches", name: "others" } };
    const deletion = { reason: "ScaledJobDeleted", lastTimestamp: "2020-01-01T00:00:00Z" };
    const earlier = { kind: "Event", ...deletion, involvedObject: { kind: "ScaledJob", ...page } };
    const state = { ...STATE, scaledJobs: [page] };
    const { result, printed } = await start([earlier], state, [others, { metadata: page }]);
    const reason = (await result)?.join("\n") ?? "";
    assert.match(reason, /^ScaledJob batches\/page: no condition Ready, KEDA's operator has not processed it$/m);
    assert.match(reason, /^ {2}what to do: KEDA's operator must run, .*: kubectl get pods -A -l app=keda-operator$/m);
    assert.doesNotMatch(reason, /ScaledJobDeleted/);
    assert.deepEqual(printed, [reason]);
  });

  test("reports pods that are not created since it began, by the cluster's clock, which may be years behind", async () => {
    const failed = (second: number, message: string) => ({
      kind: "Event",
      reason: "FailedCreate",
      message,
      lastTimestamp: `2020-01-01T00:00:0${second}Z`,
      involvedObject: { kind: "StatefulSet", namespace: "batches", name: "p" },
    });
    const { result, printed, calls, folder } = await start([failed(1, "an earlier reason")]);
    await until("polls", async () => (await calls()).length > 5);
    assert.deepEqual(printed, []);
    await writeFile(join(folder, "next"), `${JSON.stringify({ items: [failed(2, "exceeded quota: q")] })}\n`);
    await rename(join(folder, "next"), join(folder, "items"));
    assert.match((await result)?.join("\n") ?? "", /^StatefulSet batches\/p: FailedCreate, .*exceeded quota: q$/m);
  });

  test("replaces a broken pod of an earlier revision, which Kubernetes would keep", async () => {
    const { pod, events } = observed("crash");
    const labels = { "controller-revision-hash": "p-1" };
    const metadata = { ...pod.metadata, labels, ownerReferences: [{ kind: "StatefulSet", name: "p" }] };
    const statefulSet = { kind: "StatefulSet", metadata: { name: "p" }, status: { updateRevision: "p-2" } };
    const { result, printed, ended, calls } = await start([{ ...pod, metadata }, ...events, statefulSet]);
    await until("a deletion", async () => (await calls()).some((call) => /delete pod crash -n batches/.test(call)));
    await until("its line", () => printed.length > 0);
    ended.abort();
    assert.equal(await result, undefined);
    assert.match(printed[0] ?? "", /belongs to an earlier revision of its StatefulSet.*: deleted it/);
  });

  const foreign = { ...STATE, namespaces: [], releases: [{ namespace: "batches", name: "my-release" }] };
  for (const [what, items, state] of [
    ["finds nothing if all is well, and ends when Pulumi does", podAndEvents("ready"), STATE],
    ["finds nothing if kubectl gets no answer, and ends when Pulumi does", [], STATE],
    ["leaves other owners' pods alone in a namespace that the stack did not create", podAndEvents("crash"), foreign],
  ] as const)
    test(what, async () => {
      const { result, printed, ended, calls } = await start(items, state);
      await until("polls", async () => (await calls()).length > 5);
      ended.abort();
      assert.equal(await result, undefined);
      assert.deepEqual(printed, []);
    });
});
