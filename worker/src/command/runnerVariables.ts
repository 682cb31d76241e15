import { LIMIT_NAMES, RETRY_LIMITS } from "../retryLimits.ts";

/**
 * Every environment variable that configures the runner. None of them reaches the command, which could otherwise use the runner's
 * password or mistake these settings for its own. Everything else comes from the image or the user and is passed on.
 */
export const RUNNER_VARIABLES: ReadonlySet<string> = new Set([
  "PG_HOST",
  "PG_PORT",
  "PG_USERNAME",
  "PGPASSWORD",
  "PG_DATABASE",
  "PG_CA_FILE",
  "PG_SSLMODE",
  "PG_SERVER_NAME",
  "DATABASE_TIMEOUT_SECONDS",
  "KIND",
  "JOB_NAME",
  "POD_NAME",
  ...LIMIT_NAMES.map((name) => RETRY_LIMITS[name].variable),
  "BACKOFF_SECONDS",
  "REQUESTS_PER_JOB",
  "LEASE_SECONDS",
  "TIMEOUT_SECONDS",
  "GRACE_SECONDS",
  "LIVENESS_PORT",
  "COMMAND",
  "FINAL_EXIT_CODES",
  "RETRY_AFTER_SECONDS",
  "COMMAND_DIRECTORY",
  // Set by the pod for the runner's own start (worker/Dockerfile).
  "NODE_COMPILE_CACHE",
  // Read by `main.ts migrate` only, in a pod that runs no command; listed because the names belong to the runner.
  "WORKER_USERNAME",
  "WORKER_PASSWORD",
  "SCALER_USERNAME",
  "SCALER_PASSWORD",
  "ATTACH",
  "MAX_CONNECTIONS_NEEDED",
]);
