import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A server on a port chosen by the kernel, on every address; `close` frees the port. */
export async function listenSomewhere(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer().listen(0);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const { port, close } = await listenSomewhere();
  await close();
  return port;
}
