import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { after } from "node:test";

/**
 * Opens a proxy, which simulates network failures of a worker and is closed when the test file ends.
 *
 * @param socket - of the server; by default of the test server
 */
export async function createProxy(socket = `${process.env.PG_HOST}/.s.PGSQL.${process.env.PG_PORT}`) {
  let target = socket;
  const open = new Set<Socket>();
  let losing: "both" | "client" | undefined;
  const orphans = new Set<Socket>();
  let broken = false;
  let stalled = false;
  let keeping: { readonly text: string; readonly kept: PromiseWithResolvers<() => void> } | undefined;
  let withholding: { readonly text: string; readonly answered: PromiseWithResolvers<void> } | undefined;

  const server = createServer((client) => {
    if (broken) return client.destroy();
    const upstream = createConnection(target);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        client.destroySoon();
        if (!orphans.has(upstream)) upstream.destroy();
      });
    }
    let withheld: Buffer[] | undefined;
    client.on("end", () => orphans.has(upstream) || upstream.end());
    client.on("data", (message) => {
      if (keeping && message.includes(keeping.text)) {
        orphans.add(upstream);
        keeping.kept.resolve(() => upstream.write(message));
        keeping = undefined;
        client.destroy();
        return;
      }
      if (withholding && message.includes(withholding.text)) withheld = [];
      upstream.write(message);
    });
    upstream.on("end", () => withheld && client.end(Buffer.concat(withheld)));
    upstream.on("data", (answer) => {
      if (stalled) return;
      if (withheld) {
        withheld.push(answer);
        withholding?.answered.resolve();
        withholding = undefined;
        return;
      }
      if (!losing) return client.write(answer);
      if (losing === "client") orphans.add(upstream);
      losing = undefined;
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
    address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    /**
     * From now on queries pass, but the next answer is lost, and with it the connection; the server learns of that at `restore` only if
     * `serverWaits`.
     */
    loseNextAnswer(serverWaits = false): void {
      losing = serverWaits ? "client" : "both";
    },
    /**
     * The next answer to a message that contains `text` is withheld until the server ends the connection: both then arrive at once, as at a
     * process that was stopped meanwhile. Resolves when the server has answered.
     */
    withholdAnswer(text: string): Promise<void> {
      withholding = { text, answered: Promise.withResolvers() };
      return withholding.answered.promise;
    },
    /**
     * The next message that contains `text` is kept back, and its connection lost, of which the server learns at `restore`. Resolves to the
     * message's delivery.
     */
    keepBack(text: string): Promise<() => void> {
      keeping = { text, kept: Promise.withResolvers() };
      return keeping.kept.promise;
    },
    /** From now on no answer passes, also on new connections, and none of them ends. */
    stall(): void {
      stalled = true;
    },
    /** Cuts every connection and refuses new ones until `restore`. */
    cut(): void {
      broken = true;
      destroyAll();
    },
    restore(): void {
      broken = false;
      for (const upstream of orphans) upstream.destroy();
      orphans.clear();
    },
    /** Redirects new connections to another server, by its socket. */
    redirect(other: string): void {
      target = other;
    },
  };
}
