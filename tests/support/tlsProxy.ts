import { pipeline } from "node:stream";
import { TLSSocket } from "node:tls";
import { connectToServer, type Serve, startPooler } from "./poolers.ts";

/** Provides TLS for the test server, which has none, with a certificate in PEM; resolves with its port. */
export function startTlsFront(cert: string, key: string): Promise<number> {
  return startPooler(encrypt(cert, key));
}

/** PostgreSQL's protocol negotiates TLS in plain text: the client's SSLRequest, the server's S. */
export function encrypt(cert: string, key: string): Serve {
  return (client) => {
    client.write("S");
    const secure = new TLSSocket(client, { isServer: true, cert, key });
    // When one end closes, so does the other.
    pipeline(secure, connectToServer(), secure, () => undefined);
  };
}
