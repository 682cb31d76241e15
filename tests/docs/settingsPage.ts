import { COMMAND_DEFAULTS, COMMAND_NUMBER_RULES } from "../../worker/src/command/commandSettings.ts";
import type { NumberRule } from "../../worker/src/number.ts";
import { RETRY_LIMITS } from "../../worker/src/retryLimits.ts";
import { NUMBER_RULES, readSettings } from "../../worker/src/settings.ts";
import { declaredConfig } from "../support/pulumi/declaredConfig.ts";

/** The page that `npm run docs` writes. */
export const SETTINGS_PAGE = new URL("../../docs/settings.md", import.meta.url);

/** What a worker must be given; everything else has a default. */
export const REQUIRED = { PG_HOST: "db.example", PG_USERNAME: "batch_worker", JOB_NAME: "try", POD_NAME: "try-1" };

/** An environment variable of the worker. */
interface Variable {
  readonly what: string;
  /** @default - none, or one that `what` describes */
  readonly defaultValue?: string | number;
  /** @default - it is no number */
  readonly rule?: NumberRule;
}

/** Every environment variable of the worker, with the defaults that an empty environment has. */
export function workerVariables(): Readonly<Record<string, Variable>> {
  const { database, ...settings } = readSettings(REQUIRED);
  const number = (name: keyof typeof settings & keyof typeof NUMBER_RULES, what: string): Variable => ({
    what,
    defaultValue: settings[name],
    rule: NUMBER_RULES[name],
  });
  return {
    PG_HOST: { what: "where PostgreSQL is: a host name, an address, or the folder of a Unix socket (required)" },
    PG_PORT: { what: "its TCP port", defaultValue: database.port, rule: NUMBER_RULES.port },
    PG_USERNAME: { what: "the role that logs in (required)" },
    PGPASSWORD: { what: "its password; without one the server must not require it" },
    PG_DATABASE: { what: "the database where the migrations were run", defaultValue: database.name },
    PG_SSLMODE: {
      what: "`disable`, `require` or `verify-full`; without it `verify-full` with `PG_CA_FILE`, else `disable`",
    },
    PG_CA_FILE: {
      what: "the file of the certificate authority that signed the server's certificate, with `verify-full`; without it Node.js's own",
    },
    PG_SERVER_NAME: { what: "the name that the server's certificate must have; without it `PG_HOST`" },
    DATABASE_TIMEOUT_SECONDS: {
      what: "how long the worker waits for a database that does not answer",
      defaultValue: database.databaseTimeoutSeconds,
      rule: NUMBER_RULES.databaseTimeoutSeconds,
    },
    KIND: { what: "the kind whose requests it works on", defaultValue: settings.kind },
    JOB_NAME: { what: "the Job; a request that failed is reserved for the Job of this name (required)" },
    POD_NAME: { what: "the pod, recorded with each attempt (required)" },
    ...Object.fromEntries(Object.values(RETRY_LIMITS).map(({ variable, ...limit }) => [variable, limit])),
    BACKOFF_SECONDS: number("backoffSeconds", "the Job controller's base delay"),
    REQUESTS_PER_JOB: number("requestsPerJob", "how many requests it works through, one after another"),
    LEASE_SECONDS: number(
      "leaseSeconds",
      "how long a claim is kept without being renewed; 0: the session lock keeps it",
    ),
    TIMEOUT_SECONDS: number("timeoutSeconds", "how long an attempt may take; 0: no limit"),
    GRACE_SECONDS: number("graceSeconds", "from SIGTERM to SIGKILL"),
    LIVENESS_PORT: number("livenessPort", "the TCP port on which it answers Kubernetes' probes; 0: none"),
    COMMAND: { what: 'the command as a JSON array (`["python3", "work.py"]`); without it the work is a handler' },
    FINAL_EXIT_CODES: {
      what: "exit codes after which no retry can help, besides 64, 65 and 78: `3,4`; without it none",
    },
    RETRY_AFTER_SECONDS: {
      what: "how long exit code 75 waits",
      defaultValue: COMMAND_DEFAULTS.retryAfterSeconds,
      rule: COMMAND_NUMBER_RULES.retryAfterSeconds,
    },
    COMMAND_DIRECTORY: { what: "a writable folder for the files of the attempts; without it the temporary folder" },
  };
}

/** docs/settings.md: the stack's keys from Pulumi.yaml, and the worker's variables from its own rules. */
export function settingsPage(): string {
  const keys = Object.entries(declaredConfig()).map(([key, { defaultValue, description }]) =>
    toItem(key, defaultValue, description),
  );
  const variables = Object.entries(workerVariables()).map(([name, { what, defaultValue, rule }]) =>
    toItem(name, defaultValue, rule === undefined ? what : `${what} (${rule.min} to ${rule.max})`),
  );
  return `# What can be set?

<!-- Written by \`npm run docs\` from Pulumi.yaml and the worker's settings. -->

Each line has a name, its default, and what it is. A wrong value is refused before anything happens, with what is allowed and why.

## The stack

\`npm run up -- --config KEY=VALUE\` sets a key, and so does \`pulumi config set KEY VALUE\`. Keys with a structure (\`{}\`, \`[]\`) are in the
stack's file; [production.md](production.md) shows them.

${keys.join("\n")}

## The worker

The ScaledJob sets these environment variables for its pods, except \`DATABASE_TIMEOUT_SECONDS\` and \`BACKOFF_SECONDS\`, which always have
their defaults there. To start a worker yourself: [your-own-work.md](your-own-work.md).

${variables.join("\n")}
`;
}

function toItem(name: string, defaultValue: string | number | undefined, what: string): string {
  return `- \`${name}\`${defaultValue === undefined ? "" : ` = \`${defaultValue}\``}: ${what}`;
}
