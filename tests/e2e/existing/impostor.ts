import { issueCertificate } from "../../support/issueCertificate.ts";
import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import type { ApplicationStack } from "./applicationStack.ts";
import { SHOP } from "./applications.ts";
import { createSecret } from "./shopNamespace.ts";

const NAME = "other-authority";

/** What a worker of `SHOP` logs about the server when its Secret contains another authority's certificate. */
export async function readImpostorLog(cluster: Cluster, shop: ApplicationStack, address: string): Promise<string> {
  const job = await shop.job();
  // Without the label by which it would belong to the ScaledJob.
  job.metadata = { name: NAME, namespace: SHOP.name };
  job.spec.backoffLimit = 0;
  const pod = job.spec.template.spec;
  pod.containers[0].env.push({ name: "DATABASE_TIMEOUT_SECONDS", value: "3" });
  for (const { secret } of pod.volumes) if (secret) secret.secretName = NAME;
  await createSecret(cluster, NAME, { "ca.crt": (await issueCertificate(address)).authority });
  try {
    await cluster.kubectl(["create", "-f", "-"], JSON.stringify(job));
    const failed = async () => (await readJob(cluster)).status?.failed === 1;
    await until("the Job with another authority fails", failed, { timeoutMs: 120_000, intervalMs: 1_000 });
    return await cluster.kubectl(["logs", "-n", SHOP.name, `job/${NAME}`]);
  } finally {
    await cluster.kubectl(["delete", "job", NAME, "-n", SHOP.name, "--ignore-not-found", "--cascade=foreground"]);
    await cluster.kubectl(["delete", "secret", NAME, "-n", SHOP.name]);
  }
}

async function readJob(cluster: Cluster): Promise<{ readonly status?: { readonly failed?: number } }> {
  return JSON.parse(await cluster.kubectl(["get", "job", NAME, "-n", SHOP.name, "-o", "json"]));
}
