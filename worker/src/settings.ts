import { SettingsError } from "./errors.ts";
import { type NumberRule, parseNumber } from "./number.ts";
import { DEFAULT_LIMITS, mapLimits, RETRY_LIMITS, type RetryLimits } from "./retryLimits.ts";
import { withoutPasswords } from "./withoutPasswords.ts";

/** How a connection is protected, as libpq names it. */
export type SslMode = "disable" | "require" | "verify-full";

/** Where PostgreSQL is and who connects. */
export interface DatabaseSettings {
  /** A host name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly name: string;
  /**
   * `require`: the connection is encrypted; `verify-full`: also, the server's certificate must be for `serverName` and signed by the
   * authority in `caFile`, or else by one that Node.js trusts; `disable`: no TLS.
   *
   * @default "verify-full" with a `caFile`, else "disable"
   */
  readonly sslMode?: SslMode;
  /**
   * The file of the certificate authority that must have signed the server's certificate.
   *
   * @default - the authorities that Node.js trusts: its own list, and those of NODE_EXTRA_CA_CERTS
   */
  readonly caFile?: string;
  /**
   * The name that the server's certificate must have with `verify-full`, where clients reach the server by another one.
   *
   * @default - `host`
   */
  readonly serverName?: string;
  /**
   * Whether a pooler may be in between, which assigns another connection to each transaction: a worker with a lease assumes that.
   *
   * @default false
   */
  readonly pooled?: boolean;
  /** How long the worker waits for an unavailable database before it gives up. */
  readonly databaseTimeoutSeconds: number;
}

/** A worker's settings from its environment; read once, at the start. */
export interface Settings extends RetryLimits {
  readonly database: DatabaseSettings;
  /** The name under which `batch.attach()` attached the table of requests. */
  readonly kind: string;
  /** A failed request is reserved for the Job of this name. */
  readonly jobName: string;
  /** Recorded with every attempt, for `kubectl logs`. */
  readonly podName: string;
  /** The Job controller's base delay: 10 on Kubernetes. */
  readonly backoffSeconds: number;
  /** How many requests one Job works through, one after another. */
  readonly requestsPerJob: number;
  /**
   * How long a claim is valid without being renewed; it is renewed every third of that time. 0: no lease; the session lock shows whether
   * the worker is alive. Behind a pooler session locks mean nothing, so a lease is needed.
   */
  readonly leaseSeconds: number;
  /** How long an attempt's work may take; after that it is stopped, by force if necessary, and has failed. 0: no limit. */
  readonly timeoutSeconds: number;
  /** The pod's `terminationGracePeriodSeconds`: from SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
  /** The TCP port on which the worker answers Kubernetes' probes. 0: none. */
  readonly livenessPort: number;
}

const LIMIT_RULES = mapLimits((name): NumberRule => RETRY_LIMITS[name].rule);

/** The limits of every number setting but a command's; the options of `npm start` and the stack's config use them as well. */
export const NUMBER_RULES = {
  port: { min: 1, max: 65_535, why: "a TCP port" },
  databaseTimeoutSeconds: {
    min: 0,
    max: 3_600,
    fractions: true,
    why: "an hour without a database is not a brief outage",
  },
  ...LIMIT_RULES,
  timeoutSeconds: { min: 0, max: 604_800, fractions: true, why: "0 is none; at most a week" },
  backoffSeconds: { min: 0, max: 600, fractions: true, why: "the Job controller never waits longer than 600 s" },
  requestsPerJob: { min: 1, max: 10_000, why: "a Job that runs for days is hard to replace" },
  leaseSeconds: { min: 0, max: 3_600, fractions: true, why: "0 is none; a dead worker is noticed so much later" },
  graceSeconds: { min: 1, max: 86_400, fractions: true, why: "from SIGTERM to SIGKILL, at most a day" },
  livenessPort: { min: 0, max: 65_535, why: "a TCP port; 0 is none" },
} as const satisfies Record<string, NumberRule>;

/** A kind's name; `batch.attach()` checks the same. */
export const KIND_PATTERN = /^[a-z][a-z0-9_]{0,39}$/;

/** Used for variables that are not set. */
export const DEFAULTS = {
  port: 5432,
  databaseName: "postgres",
  databaseTimeoutSeconds: 60,
  kind: "clap",
  ...DEFAULT_LIMITS,
  timeoutSeconds: 0,
  backoffSeconds: 10,
  requestsPerJob: 1,
  leaseSeconds: 0,
  graceSeconds: 30,
  livenessPort: 0,
} as const;

/**
 * Reads the worker's settings from environment variables.
 *
 * @throws SettingsError naming every wrong variable, what is allowed, and the value it had (never a password).
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const { text, number, validated } = reader(env);
  const label = "1 to 253 characters of a-z, A-Z, 0-9, '-', '_' and '.' (a Kubernetes name)";
  const leaseSeconds = number("LEASE_SECONDS", "leaseSeconds", DEFAULTS.leaseSeconds);
  return validated({
    database: { ...databaseSettings({ text, number }, env), pooled: leaseSeconds > 0 },
    kind: text(
      "KIND",
      KIND_PATTERN,
      '1 to 40 of a-z, 0-9 and "_", a letter first (the kind given to batch.attach())',
      DEFAULTS.kind,
    ),
    jobName: text("JOB_NAME", /^[\w.-]{1,253}$/, label),
    podName: text("POD_NAME", /^[\w.-]{1,253}$/, label),
    ...mapLimits((name) => number(RETRY_LIMITS[name].variable, name, DEFAULTS[name])),
    timeoutSeconds: number("TIMEOUT_SECONDS", "timeoutSeconds", DEFAULTS.timeoutSeconds),
    backoffSeconds: number("BACKOFF_SECONDS", "backoffSeconds", DEFAULTS.backoffSeconds),
    requestsPerJob: number("REQUESTS_PER_JOB", "requestsPerJob", DEFAULTS.requestsPerJob),
    leaseSeconds,
    graceSeconds: number("GRACE_SECONDS", "graceSeconds", DEFAULTS.graceSeconds),
    livenessPort: number("LIVENESS_PORT", "livenessPort", DEFAULTS.livenessPort),
  });
}

/**
 * Reads where the database is, and nothing else.
 *
 * @throws SettingsError as `readSettings` does.
 */
export function readDatabaseSettings(env: NodeJS.ProcessEnv): DatabaseSettings {
  const { text, number, validated } = reader(env);
  return validated(databaseSettings({ text, number }, env));
}

function databaseSettings(
  { text, number }: Pick<ReturnType<typeof reader>, "text" | "number">,
  env: NodeJS.ProcessEnv,
): DatabaseSettings {
  return {
    host: text(
      "PG_HOST",
      /^[^\s@]+$|^\/.+$/,
      "a host name, an address or a socket's folder, not a URL (where PostgreSQL is)",
    ),
    port: number("PG_PORT", "port", DEFAULTS.port),
    user: text("PG_USERNAME", /./, "a role's name (who connects)"),
    password: env.PGPASSWORD || undefined,
    name: text("PG_DATABASE", /./, "a database's name (where the migrations were run)", DEFAULTS.databaseName),
    ...(env.PG_SSLMODE
      ? {
          sslMode: text(
            "PG_SSLMODE",
            env.PG_CA_FILE ? /^verify-full$/ : /^(disable|require|verify-full)$/,
            env.PG_CA_FILE
              ? "verify-full with PG_CA_FILE (nothing else checks the certificate)"
              : "disable, require or verify-full (how the connection is protected)",
          ) as SslMode,
        }
      : {}),
    ...(env.PG_CA_FILE ? { caFile: env.PG_CA_FILE } : {}),
    ...(env.PG_SERVER_NAME ? { serverName: env.PG_SERVER_NAME } : {}),
    databaseTimeoutSeconds: number(
      "DATABASE_TIMEOUT_SECONDS",
      "databaseTimeoutSeconds",
      DEFAULTS.databaseTimeoutSeconds,
    ),
  };
}

/** Reads one variable after another; `validated` throws everything that was wrong with them. */
function reader(env: NodeJS.ProcessEnv) {
  const problems: string[] = [];
  return {
    text(name: string, pattern: RegExp, allowed: string, defaultValue?: string): string {
      const value = env[name] || defaultValue;
      // A URL would be shown by the error of what cannot use it, with its password.
      if (value !== undefined && pattern.test(value) && !/^\w+:\/\//.test(value)) return value;
      problems.push(
        `${name} must be ${allowed}; got ${value === undefined ? "nothing" : withoutPasswords(JSON.stringify(value))}`,
      );
      return "";
    },
    number(name: string, rule: keyof typeof NUMBER_RULES, defaultValue: number): number {
      try {
        return env[name] ? parseNumber(name, env[name], NUMBER_RULES[rule]) : defaultValue;
      } catch (error) {
        problems.push((error as Error).message);
        return Number.NaN;
      }
    },
    validated<Read>(settings: Read): Read {
      if (problems.length > 0) throw new SettingsError(problems);
      return settings;
    },
  };
}
