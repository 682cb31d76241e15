import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { exactly, type Limit } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import type { LogIn } from "../databaseServer.ts";
import { clear, countStatus, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";
import type { Stack } from "../stack.ts";

const ROTATED = "rotated";

/** Lifecycle claim: no password leaves its Secret, whatever a stack writes or prints, and none crosses the network in plain text. */
export const secrets: Scenario = {
  claim:
    "no password in plain text in state, Helm values, manifests, outputs, logs or on the network, before and after a rotation",
  async run({ cluster, stack, settings }) {
    await stack.up(settings);
    await clear(cluster);
    const earlier = await readPasswords(stack);
    const earlierSecrets = JSON.stringify(await cluster.list("secrets", "-n", NAMESPACE));
    stack.configure({ ...settings, passwordRotation: ROTATED });
    stack.transcript += await stack.pulumi(["up", "--yes", "--diff"]);
    // A failure and a success after the rotation, so that there are logs of both.
    await insert(cluster, 1, 1, 1);
    await until("SUCCESS", async () => (await countStatus(cluster, "SUCCESS")) === 1, {
      timeoutMs: 60_000,
      intervalMs: 1_000,
    });
    const present = await readPasswords(stack);
    const logIns = await tryLogIns(cluster, earlier, present);
    const passwords = [...new Set([...earlier.values(), ...present.values(), ...cluster.server.passwords])];
    const places: Record<string, string> = {
      state: JSON.stringify(await stack.resources()),
      "the state's history": readFiles(stack.folder),
      outputs: await stack.pulumi(["stack", "output", "--json"]),
      "what pulumi said": stack.transcript,
      "Helm releases": await helmReleases(cluster),
      manifests: await manifests(cluster),
      logs: await logs(cluster),
    };
    const finds = Object.entries(places).map(([place, text]): Limit => {
      if (text.length < 500) return exactly(1, `${place} to search`, Number.NaN);
      return exactly(0, `in ${place}`, passwords.filter((password) => holds(text, password)).length);
    });
    // A search that does not find the passwords where they are would find them nowhere.
    const kept = earlierSecrets + JSON.stringify(await cluster.list("secrets", "-n", NAMESPACE));
    const found = passwords.filter((password) => holds(kept, password)).length;
    return [exactly(5, "passwords", passwords.length), exactly(5, "in their Secrets", found), ...finds, ...logIns];
  },
};

/** The passwords by the names of their resources: the superuser's, the worker's, the scaler's. */
async function readPasswords(stack: Stack): Promise<ReadonlyMap<string, string>> {
  const all = (await stack.resources("--show-secrets")).filter(({ type }) => type.endsWith(":RandomPassword"));
  return new Map(all.map(({ urn, outputs }) => [urn.split("::").at(-1) ?? "", JSON.parse(outputs.result.plaintext)]));
}

/** The current password is accepted only with TLS, and the previous one no longer. */
async function tryLogIns(
  cluster: Cluster,
  earlier: ReadonlyMap<string, string>,
  present: ReadonlyMap<string, string>,
): Promise<Limit[]> {
  const said = (of: ReadonlyMap<string, string>, sslmode: LogIn["sslmode"]) =>
    cluster.server.tryLogIn({ user: "batch_worker", password: of.get("postgres-worker-password") ?? "", sslmode });
  const refused = /no pg_hba.conf entry .* no encryption/;
  return [
    exactly(1, "log-in with TLS", Number((await said(present, "require")) === "in")),
    exactly(1, "log-in without TLS refused", Number(refused.test(await said(present, "disable")))),
    exactly(
      1,
      "log-in by the previous password refused",
      Number(/authentication failed/.test(await said(earlier, "require"))),
    ),
  ];
}

function holds(text: string, password: string): boolean {
  return text.includes(password) || text.includes(Buffer.from(password).toString("base64").replace(/=+$/, ""));
}

/** The content of the state's folder, including earlier states. */
function readFiles(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")).join("\n");
}

/** Charts' values and manifests as Helm stores them: gzip in base64 in base64. */
async function helmReleases(cluster: Cluster): Promise<string> {
  const kept = await cluster.list("secrets", "-A", "-l", "owner=helm");
  return kept
    .map(({ data }) => gunzipSync(Buffer.from(Buffer.from(data.release, "base64").toString(), "base64")).toString())
    .join("\n");
}

/** Every object of both namespaces except Secrets, where passwords belong. */
async function manifests(cluster: Cluster): Promise<string> {
  const kinds = "all,configmaps,events,serviceaccounts,persistentvolumeclaims,scaledjobs,triggerauthentications";
  const all = await Promise.all(
    [NAMESPACE, cluster.kedaNamespace].map((namespace) =>
      cluster.kubectl(["get", kinds, "-n", namespace, "-o", "json"]),
    ),
  );
  return all.join("\n");
}

async function logs(cluster: Cluster): Promise<string> {
  const namespaces = [NAMESPACE, cluster.kedaNamespace];
  const pods = (await Promise.all(namespaces.map((namespace) => cluster.list("pods", "-n", namespace)))).flat();
  const all = pods.map(({ metadata: { name, namespace } }) =>
    cluster.kubectl(["logs", "-n", String(namespace), name, "--all-containers"]),
  );
  return (await Promise.all(all)).join("\n");
}
