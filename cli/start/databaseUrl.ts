import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "pg-connection-string";
import { DEFAULTS, type SslMode } from "../../worker/src/settings.ts";
import { UsageError } from "../usageError.ts";

/** A server and database, and how to connect to them. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly name: string;
  /** The file of the certificate authority that must have signed the server's certificate; undefined: those that Node trusts. */
  readonly caFile: string | undefined;
  readonly sslMode: SslMode;
}

const FORM = "postgresql://user@host/database";
const ESCAPES = "in a user and a password : / ? # [ ] @ % are %3A %2F %3F %23 %5B %5D %40 %25";

const SSLMODES = ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"] as const;

/** Parameters without effect here: the program sets a connection's name and time limit. */
const WITHOUT_EFFECT = ["application_name", "connect_timeout", "uselibpqcompat"];
const PARAMETERS = ["host", "port", "user", "password", "dbname", "ssl", "sslmode", "sslrootcert", ...WITHOUT_EFFECT];

/**
 * Parses DATABASE_URL. `allow` and `prefer` mean no TLS, since the worker does not negotiate it; `verify-ca` also verifies the host name.
 *
 * @param password - used if the URL has none (PGPASSWORD)
 * @throws UsageError naming DATABASE_URL and what is allowed, never the password
 */
export function parseDatabaseUrl(url: string, password?: string): DatabaseAddress {
  const fail = (what: string, got: string): never => {
    throw new UsageError(`DATABASE_URL must ${what}; got ${got}`);
  };
  if (!/^\s*postgres(ql)?:\/\//.test(url)) fail(`be ${FORM}`, "another scheme");
  if (/%(?![0-9a-f]{2})/i.test(url)) fail("have %25 for each % (% begins an escaped character)", "another %");
  // node-postgres would escape everything again because of one space.
  const [base = "", query = ""] = url
    .trim()
    .replaceAll(" ", "%20")
    .split(/\?(.*)/s, 2);
  // node-postgres would ignore what follows it.
  if (base.includes("#")) fail("have %23 for each #", "a #");
  if (/(@|^\w+:\/\/)[^@/]*,[^@/]*(\/|$)/.test(base)) fail("name one host (the worker tries no others)", "several");
  const config = parseOr(base, (reason) => fail(`be ${FORM} (${ESCAPES})`, reason));
  // A + is not a space here, unlike in the parameters of a form. The last of repeated parameters counts, as in libpq.
  const parameters: Parameters = new Map(new URLSearchParams(query.replaceAll("+", "%2B")));
  const host = parameters.get("host") || config.host;
  const user = parameters.get("user") || config.user;
  const port = parameters.get("port") || config.port || String(DEFAULTS.port);
  if (!host || !user) return fail(`be ${FORM}`, "no host or no user");
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    // It may be the end of a password that has an unescaped question mark.
    const got = /^[a-z_]+$/.test(unknown) ? unknown : `another one; ${ESCAPES}`;
    fail(`have no parameters but ${PARAMETERS.join(", ")} (the worker knows no others)`, got);
  }
  if (/^\/.*,|^[^/].*[,\s]/s.test(host)) return fail("name one host", JSON.stringify(host));
  if (/%00/.test(url)) fail("have no %00 (a name ends at a zero byte)", "one");
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    return fail("have a port from 1 to 65535", JSON.stringify(port));
  }
  const tls = readTls(parameters, fail);
  return {
    host,
    port: Number(port),
    user,
    password: parameters.get("password") || config.password || password || undefined,
    name: parameters.get("dbname") || readPath(base) || DEFAULTS.databaseName,
    ...(host.startsWith("/") ? WITHOUT_TLS : tls),
  };
}

type Parameters = ReadonlyMap<string, string>;

/** The database's name: node-postgres would leave an escaped / ? # or + in it as it is. */
function readPath(base: string): string {
  return decodeURIComponent(/\/\/[^/]*\/(.*)$/s.exec(base)?.[1] ?? "");
}

/** A Unix socket has no TLS, whatever sslmode says (libpq's rule). */
const WITHOUT_TLS = { sslMode: "disable", caFile: undefined } as const;

function parseOr(base: string, fail: (reason: string) => never): ReturnType<typeof parse> {
  try {
    return parse(base);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function readTls(
  parameters: Parameters,
  fail: (what: string, got: string) => never,
): Pick<DatabaseAddress, "sslMode" | "caFile"> {
  const ssl = parameters.get("ssl");
  const sslmode = parameters.get("sslmode") ?? { true: "verify-full", "1": "verify-full" }[ssl ?? ""] ?? "disable";
  if (ssl !== undefined && !/^(true|false|0|1)$/.test(ssl)) fail("have ssl=true or ssl=false", `ssl=${ssl}`);
  if (!(SSLMODES as readonly string[]).includes(sslmode)) {
    fail(`have an sslmode of ${SSLMODES.join(", ")}`, `sslmode=${sslmode}`);
  }
  const root = parameters.get("sslrootcert");
  if (/^(disable|allow|prefer)$/.test(sslmode)) return WITHOUT_TLS;
  if (sslmode === "no-verify" || (sslmode === "require" && root === undefined)) {
    return { sslMode: "require", caFile: undefined };
  }
  if (root === undefined || root === "system") return { sslMode: "verify-full", caFile: undefined };
  if (!existsSync(root)) fail("have an sslrootcert that is a file (of certificates in PEM)", `sslrootcert=${root}`);
  return { sslMode: "verify-full", caFile: resolve(root) };
}
