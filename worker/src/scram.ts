import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** PostgreSQL's default of `scram_iterations`. */
const ITERATIONS = 4_096;

/**
 * The verifier that PostgreSQL stores for a password in pg_authid (RFC 5803). Computed here, so that the password itself is never sent
 * to the server, which may log statements.
 *
 * @param password of ASCII, for which SASLprep (RFC 4013) changes nothing.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const key = (name: string) => createHmac("sha256", salted).update(name).digest();
  const storedKey = createHash("sha256").update(key("Client Key")).digest("base64");
  const serverKey = key("Server Key").toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
