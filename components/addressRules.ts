import { isIPv6 } from "node:net";
import { objectName } from "./nameRules.ts";
import { and, isObject, number, type Rule, shape, text } from "./rule.ts";

const isHost = (name: string) => isIPv6(name) || /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(name);

/** Validation rules for the host of a pooler, which may be a sidecar. */
const poolerHostRule = text(isHost, "a host name or an address", "pods connect to it; the port is a separate key");

/** Validation rules for the host of a server. */
const hostRule = and(
  poolerHostRule,
  text(
    (name) => !/^(localhost|127(\.\d+){3}|::1)$/i.test(name),
    "a host that pods and KEDA's operator reach",
    "this one is the pod itself",
  ),
);

/** Validation rules for the port of a server or a pooler. */
const portRule = number({ min: 1, max: 65_535, why: "a TCP port" });

/** PostgreSQL truncates longer names. */
const MAX_NAME_BYTES = 63;

const isName = (name: string) =>
  /^[^\s"'$`\\]+$/.test(name) && !name.includes("\0") && Buffer.byteLength(name) <= MAX_NAME_BYTES;

/** Validation rules for the name of a role. */
export const userRule = text(
  isName,
  `a role name of at most ${MAX_NAME_BYTES} bytes without spaces, quotes, zero bytes, $ and \\`,
  "it logs in",
);

/** Validation rules for the name of a database. */
const databaseRule = text(
  (name) => isName(name) && !name.includes("://"),
  `a database name of at most ${MAX_NAME_BYTES} bytes without spaces, quotes, zero bytes, $ and \\`,
  "it holds the queue",
);

/** Validation rules for a key in a Secret. */
function secretKeyRule(why: string): Rule {
  return text(/^[\w.-]+$/, "a key in the Secret (letters, digits, _, . and -)", why);
}

/** Validation rules for a server and its database. */
export const SERVER_RULES = { host: hostRule, port: portRule, database: databaseRule };

/** Validation rules for a role and the Secret with its password. */
export const ROLE_RULES = {
  user: userRule,
  secretName: objectName("a Secret in the namespace of the batches"),
  secretKey: secretKeyRule("it holds the password"),
};

/** Validation rules for how clients verify the server. */
export const modeRule = text(/^(require|verify-full)$/, "require or verify-full", "passwords are only sent over TLS");

/** Validation rules for the name in a certificate. */
const serverNameRule = text(
  isHost,
  "a host name in the server's certificate, or an address in it",
  "pods compare them; Node.js accepts no other name with a colon, and no pattern",
);

/** Validation rules for the name and the authority that verify a server. */
export const CERTIFICATE_RULES = {
  serverName: serverNameRule,
  caSecretName: objectName("a Secret in the namespace of the batches"),
  caSecretKey: secretKeyRule("it holds the certificate"),
};

/** Validation rules for `PoolerAddress`. */
export const poolerRule = shape({ host: poolerHostRule, port: portRule, serverName: serverNameRule }, ["host"]);

/**
 * A certificate authority that would have no effect, or a key of a Secret that is not named.
 *
 * @param at - the path of `tls`, with a dot
 * @param mode - the key of the mode
 * @param authorities - the keys of which any names an authority
 */
export function authorityProblems(
  at: string,
  mode: string,
  authorities: readonly string[],
  tls: Readonly<Record<string, unknown>>,
): string[] {
  return [
    ...(tls[mode] === "require" && authorities.some((key) => tls[key] !== undefined)
      ? [`${at}${mode} must be verify-full with a certificate authority (require does not check it); got "require"`]
      : []),
    ...(tls.caSecretKey !== undefined && tls.caSecretName === undefined
      ? [`${at}caSecretKey must be set together with caSecretName (it is a key in that Secret); got no caSecretName`]
      : []),
  ];
}

interface Names {
  readonly mode?: unknown;
  readonly scalerMode?: unknown;
  readonly serverName?: unknown;
  readonly pooler?: unknown;
}

/**
 * Certificate names that would have no effect: with `require` nothing compares them, and KEDA's poll compares only `host`.
 *
 * @param paths - where the two modes are
 */
export function nameProblems(paths: Readonly<Record<"mode" | "scalerMode", string>>, names: Names): string[] {
  const { mode, scalerMode, serverName, pooler } = names;
  const given = [
    ...(serverName === undefined ? [] : ["serverName"]),
    ...(isObject(pooler) && pooler.serverName !== undefined ? ["pooler.serverName"] : []),
  ];
  return [
    ...(mode === "require"
      ? given.map((key) => `${paths.mode} must be verify-full with ${key} (require checks no name); got "require"`)
      : []),
    ...(scalerMode === "verify-full" && serverName !== undefined
      ? [
          `${paths.scalerMode} must be require with serverName (KEDA's poll compares the certificate with host); got "verify-full"`,
        ]
      : []),
  ];
}
