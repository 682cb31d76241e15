import { gunzipSync } from "node:zlib";
import { until } from "../../testing/until.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import { exactly, type Finding } from "../finding.ts";
import { clear, countOf, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: no password leaves its Secret, whatever a stack writes or says on its way. */
export const secrets: Scenario = {
  claim: "no password in plain text in state, Helm values, manifests, outputs or logs",
  async run({ cluster, stack, settings }) {
    stack.transcript += await stack.pulumi(["up", "--yes", "--diff", "--stack", "e2e"]);
    await stack.up(settings);
    await clear(cluster);
    // A failure and a success of today, so that there are logs of both.
    await insert(cluster, 1, 1, 1);
    await until("SUCCESS", async () => (await countOf(cluster, "SUCCESS")) === 1, {
      patienceMs: 60_000,
      lookMs: 1_000,
    });
    const passwords = (await stack.resources("--show-secrets"))
      .filter(({ type }) => type === "random:index/randomPassword:RandomPassword")
      .map(({ outputs }) => JSON.parse(outputs.result.plaintext) as string);
    const places: Record<string, string> = {
      state: JSON.stringify(await stack.resources()),
      outputs: await stack.pulumi(["stack", "output", "--json", "--stack", "e2e"]),
      "what pulumi said": stack.transcript,
      "Helm releases": await helmReleases(cluster),
      manifests: await manifests(cluster),
      logs: await logs(cluster),
    };
    const finds = Object.entries(places).map(([place, text]): Finding => {
      if (text.length < 500) return exactly(1, `${place} to search`, Number.NaN);
      return exactly(0, `in ${place}`, passwords.filter((its) => holds(text, its)).length);
    });
    // What finds nothing where they are would find nothing anywhere.
    const kept = JSON.stringify(await cluster.list("secrets", "-n", NAMESPACE));
    const found = passwords.filter((its) => holds(kept, its)).length;
    return [exactly(3, "passwords", passwords.length), exactly(3, "in their Secrets", found), ...finds];
  },
};

function holds(text: string, password: string): boolean {
  return text.includes(password) || text.includes(Buffer.from(password).toString("base64").replace(/=+$/, ""));
}

/** Charts' values and manifests, as Helm keeps them: gzip in base64 in base64. */
async function helmReleases(cluster: Cluster): Promise<string> {
  const kept = await cluster.list("secrets", "-A", "-l", "owner=helm");
  return kept
    .map(({ data }) => gunzipSync(Buffer.from(Buffer.from(data.release, "base64").toString(), "base64")).toString())
    .join("\n");
}

/** Every object of both namespaces but the Secrets, whose place it is. */
async function manifests(cluster: Cluster): Promise<string> {
  const kinds = "all,configmaps,events,serviceaccounts,persistentvolumeclaims,scaledjobs,triggerauthentications";
  const all = await Promise.all(
    [NAMESPACE, "keda"].map((its) => cluster.kubectl(["get", kinds, "-n", its, "-o", "json"])),
  );
  return all.join("\n");
}

async function logs(cluster: Cluster): Promise<string> {
  const pods = [...(await cluster.list("pods", "-n", NAMESPACE)), ...(await cluster.list("pods", "-n", "keda"))];
  const all = pods.map(({ metadata: { name, namespace } }) =>
    cluster.kubectl(["logs", "-n", String(namespace), name, "--all-containers"]),
  );
  return (await Promise.all(all)).join("\n");
}
