import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after } from "node:test";

/** How a pooler serves a client, given its first message. */
export type Serve = (client: Socket, startup: Buffer) => void;

/** Starts a pooler in front of the tests' server, which ends with the test file; resolves with its port. */
export async function startPooler(serve: Serve): Promise<number> {
  const server = createServer((client) => {
    client.on("error", () => undefined).once("data", (startup) => serve(client, startup as Buffer));
  }).listen(0, "127.0.0.1");
  after(() => server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A connection to the tests' server. */
export function connectToServer(): Socket {
  return connect(`${process.env.PG_HOST}/.s.PGSQL.${process.env.PG_PORT}`);
}

/** What poolers do with a connection's settings. */
export const POOLERS: readonly (readonly [does: string, serve: Serve])[] = [
  ["ignores", ignoreOptions],
  ["refuses", refuseOptions],
];

/** As PgBouncer with `ignore_startup_parameters = options`. */
function ignoreOptions(client: Socket, startup: Buffer): void {
  const from = startup.indexOf("options\0") + "options\0".length;
  startup.fill(" ", from, startup.indexOf(0, from));
  const server = connectToServer();
  server.write(startup);
  server.pipe(client).pipe(server);
  server.on("error", () => client.destroy());
}

/** As PgBouncer without that setting. */
function refuseOptions(client: Socket): void {
  refuse(client, "08P01", "unsupported startup parameter: options");
}

/** Refuses a connection as a server does. */
export function refuse(client: Socket, code: string, message: string): void {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.from("E\0\0\0\0");
  head.writeInt32BE(4 + fields.length, 1);
  client.end(Buffer.concat([head, fields]));
}
