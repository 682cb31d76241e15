import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";

/**
 * Writes the certificate authorities that Node.js trusts, those of NODE_EXTRA_CA_CERTS included, to a file in `directory`, as any driver
 * reads them: `sslrootcert=system` needs libpq 16, and few other drivers know it.
 *
 * @returns the file's path
 */
export async function writeAuthorities(directory: string): Promise<string> {
  const file = join(directory, "authorities.pem");
  await writeFile(file, getCACertificates("default").join("\n"));
  return file;
}
