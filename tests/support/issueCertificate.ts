import { generate } from "selfsigned";

/** A server's certificate and its certificate authority, in PEM. */
export interface Certificate {
  readonly authority: string;
  readonly cert: string;
  readonly key: string;
}

/** Issues a certificate for an IP address from a new authority, which has the same name each time. */
export async function issueCertificate(address: string): Promise<Certificate> {
  const algorithm = "sha256";
  const authority = await generate([{ name: "commonName", value: "authority" }], {
    algorithm,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const { cert, private: key } = await generate([{ name: "commonName", value: address }], {
    algorithm,
    ca: { cert: authority.cert, key: authority.private },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: address }] },
    ],
  });
  return { authority: authority.cert, cert, key };
}
