import { type AddressInfo, createConnection, createServer } from "node:net";
import { pipeline } from "node:stream";
import { TLSSocket } from "node:tls";

/** Provides TLS for the test server, which has none, with a certificate in PEM; resolves with its port. */
export async function startTlsFront(cert: string, key: string): Promise<number> {
  const target = `${process.env.PG_HOST}/.s.PGSQL.${process.env.PG_PORT}`;
  const server = createServer((client) => {
    client.on("error", () => undefined);
    // PostgreSQL's protocol negotiates TLS in plain text: the client's SSLRequest, the server's S.
    client.once("data", () => {
      client.write("S");
      const secure = new TLSSocket(client, { isServer: true, cert, key });
      const upstream = createConnection(target);
      // When one end closes, so does the other.
      pipeline(secure, upstream, secure, () => undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return (server.address() as AddressInfo).port;
}
