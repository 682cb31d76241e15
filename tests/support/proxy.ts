import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { after } from "node:test";

/** A way to the server that can be cut, for what a network does to a worker. */
export interface Proxy {
  readonly port: number;
  /** From now on questions pass, but the next answer is lost and the connection with it. */
  loseNextAnswer(): void;
  /** Cuts every connection and refuses new ones until `restore`. */
  cut(): void;
  restore(): void;
  /** From now on it leads to another server, by the socket of that one. */
  redirect(socket: string): void;
}

/**
 * Opens a proxy, which is closed when the test file ends.
 *
 * @param socket - of the server; by default of the test server
 */
export async function createProxy(socket = `${process.env.PG_HOST}/.s.PGSQL.${process.env.PG_PORT}`): Promise<Proxy> {
  let target = socket;
  const open = new Set<Socket>();
  let losing = false;
  let broken = false;

  const server = createServer((client) => {
    if (broken) return client.destroy();
    const upstream = createConnection(target);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (answer) => {
      if (!losing) return client.write(answer);
      losing = false;
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  function destroyAll(): void {
    for (const socket of open) socket.destroy();
  }
  after(() => {
    destroyAll();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    loseNextAnswer() {
      losing = true;
    },
    cut() {
      broken = true;
      destroyAll();
    },
    restore() {
      broken = false;
    },
    redirect(other) {
      target = other;
    },
  };
}
