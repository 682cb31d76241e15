import type { Cluster } from "../cluster.ts";
import { SHOP, SHOP_SECRETS } from "./applications.ts";
import type { OutsideDatabase } from "./outsideDatabase.ts";

/**
 * Creates the namespace of `SHOP` with its Secrets, as a team has them before the stack comes, and removes it at the end.
 *
 * @param namespace - its name; by default the application's
 */
export async function createShopNamespace(
  cluster: Cluster,
  outside: Pick<OutsideDatabase, "owners" | "authority">,
  namespace: string = SHOP.name,
): Promise<AsyncDisposable> {
  const remove = () => cluster.kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--wait"]);
  await remove();
  await cluster.kubectl(["create", "namespace", namespace]);
  const owner = { password: outside.owners[SHOP.name]?.password ?? "" };
  try {
    await createSecret(cluster, SHOP_SECRETS.admin, owner, namespace);
    await createSecret(cluster, SHOP_SECRETS.authority, { "ca.crt": outside.authority }, namespace);
  } catch (error) {
    await remove();
    throw error;
  }
  return { [Symbol.asyncDispose]: async () => void (await remove()) };
}

/** Creates a Secret, by default in the namespace of `SHOP`; what is in it is in no command line. */
export async function createSecret(
  cluster: Cluster,
  name: string,
  stringData: Readonly<Record<string, string>>,
  namespace: string = SHOP.name,
): Promise<void> {
  const metadata = { name, namespace };
  const secret = { apiVersion: "v1", kind: "Secret", metadata, stringData };
  await cluster.kubectl(["create", "-f", "-"], JSON.stringify(secret));
}
