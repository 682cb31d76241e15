import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refuseTakenNames } from "./refuseTakenNames.ts";

const SETTINGS = {
  namespaces: [
    { component: "Postgres", name: "batches" },
    { component: "Keda", name: "keda" },
  ],
  installsKeda: true,
} as const;
const NEW = { namespaces: [], ownsKeda: false, scaledJobs: [] };

interface Found {
  readonly namespaces?: readonly object[] | undefined;
  readonly customresourcedefinitions?: readonly object[] | undefined;
  readonly "scaledjobs.keda.sh"?: readonly object[] | undefined;
}

/** On a cluster where kubectl finds these objects. */
function refuse(found: Found, state: Parameters<typeof refuseTakenNames>[1] = NEW, settings: object = SETTINGS) {
  const kubectl = { list: async <Item>(kind: string) => found[kind as keyof Found] as Item[] | undefined };
  return refuseTakenNames(kubectl, state, settings);
}

const named = (...names: readonly string[]) => names.map((name) => ({ metadata: { name } }));
const CRDS = named("scaledjobs.keda.sh");

describe("a stack", () => {
  test("may create what the cluster does not have, and what it has created itself", async () => {
    await refuse({ namespaces: named("default"), customresourcedefinitions: [] });
    const own = { ...NEW, namespaces: ["batches", "keda"], ownsKeda: true };
    await refuse({ namespaces: named("batches", "keda"), customresourcedefinitions: CRDS }, own);
  });

  test("may use what exists", async () => {
    const settings = { namespaces: [], installsKeda: false };
    await refuse({ namespaces: named("batches", "keda"), customresourcedefinitions: CRDS }, NEW, settings);
  });

  test("is left to Pulumi where kubectl may list nothing, or its settings are not known", async () => {
    await refuse({});
    await refuse({ namespaces: named("batches"), customresourcedefinitions: CRDS }, NEW, {});
  });

  test("with another one's names is refused, with one line for each and the setting to change", async () => {
    const deleted = { metadata: { name: "batches", deletionTimestamp: "2026-11-27T05:22:00Z" } };
    const refused = refuse({ namespaces: [deleted, ...named("keda")], customresourcedefinitions: CRDS });
    await assert.rejects(refused, ({ message }: Error) => {
      const [batches = "", keda = "", installed = "", ...others] = message.split("\n");
      assert.match(batches, /^namespace must not exist yet .*; got "batches", which exists\. It is being deleted/);
      assert.match(keda, /^keda\.install\.namespace must .* set keda\.install\.createNamespace to false/);
      assert.match(installed, /^KEDA must be installed once in a cluster .* \(keda\.existing\.namespace\)/);
      assert.deepEqual(others, []);
      return true;
    });
  });

  test("that shares a namespace with another one is refused where a batch has the name of one of the other's", async () => {
    const scaledJobs = ["page", "mail"].map((name) => ({ namespace: "shared", name }));
    const found = { "scaledjobs.keda.sh": named("page", "clap") };
    await assert.rejects(refuse(found, NEW, { scaledJobs }), {
      message:
        /^a batch's name must be free in the namespace shared .*; got "page", which this stack has not created\. [^\n]*$/,
    });
    await refuse(found, { ...NEW, scaledJobs }, { scaledJobs });
    await refuse({}, NEW, { scaledJobs });
  });
});
