import type { Cluster } from "../cluster.ts";
import { SHOP, SHOP_SECRETS } from "./applications.ts";
import type { OutsideDatabase } from "./outsideDatabase.ts";

/** Creates the namespace of `SHOP` with its Secrets, as they exist before the stack is deployed, and removes it at the end. */
export async function createShopNamespace(cluster: Cluster, outside: OutsideDatabase): Promise<AsyncDisposable> {
  const remove = () => cluster.kubectl(["delete", "namespace", SHOP.name, "--ignore-not-found", "--wait"]);
  await remove();
  await cluster.kubectl(["create", "namespace", SHOP.name]);
  try {
    await createSecret(cluster, SHOP_SECRETS.admin, { password: outside.owners[SHOP.name]?.password ?? "" });
    await createSecret(cluster, SHOP_SECRETS.authority, { "ca.crt": outside.authority });
  } catch (error) {
    await remove();
    throw error;
  }
  return { [Symbol.asyncDispose]: async () => void (await remove()) };
}

/** Creates a Secret in the namespace of `SHOP`; its values are on no command line. */
export async function createSecret(
  cluster: Cluster,
  name: string,
  stringData: Readonly<Record<string, string>>,
): Promise<void> {
  const metadata = { name, namespace: SHOP.name };
  const secret = { apiVersion: "v1", kind: "Secret", metadata, stringData };
  await cluster.kubectl(["create", "-f", "-"], JSON.stringify(secret));
}
