import type { WorkContext } from "../work.ts";
import type { AttemptFolder } from "./attemptFolder.ts";
import { RUNNER_VARIABLES } from "./runnerVariables.ts";

/** `COMMAND_ENV_NAME` reaches the command as `NAME`, even if the runner uses `NAME` as well. */
const COMMAND_PREFIX = "COMMAND_ENV_";

/**
 * The variables that worker/overlay.Dockerfile renames for the command; empty if the image does not set them. An empty value is
 * useless for any of them, and would make OpenSSL read no configuration at all.
 */
const RENAMED_BY_OVERLAY: ReadonlySet<string> = new Set([
  "NODE_OPTIONS",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "LD_PRELOAD",
  "OPENSSL_CONF",
]);

type Variables = Readonly<Record<string, string | undefined>>;

/** The variables of the contract that describe the attempt. */
export function getContractVariables(
  folder: AttemptFolder,
  { kind, requestId, attempt, token }: Pick<WorkContext, "kind" | "requestId" | "attempt" | "token">,
): Readonly<Record<`BATCH_${string}`, string>> {
  return {
    BATCH_KIND: kind,
    BATCH_REQUEST_ID: requestId,
    BATCH_ATTEMPT: String(attempt),
    BATCH_TOKEN: token,
    BATCH_REQUEST_FILE: folder.request,
    BATCH_RESULT_FILE: folder.result,
    BATCH_CHECKPOINT_FILE: folder.checkpoint,
    BATCH_PROGRESS_FILE: folder.progress,
  };
}

/**
 * The command's environment: defaults, the runner's environment without the runner's own settings, the command's own variables,
 * and the contract's variables, which nothing overrides.
 */
export function getCommandEnvironment(env: Variables, defaults: Variables, contract: Variables): Variables {
  const inherited = Object.entries(env).filter(
    ([name]) => !RUNNER_VARIABLES.has(name) && !name.startsWith(COMMAND_PREFIX),
  );
  const prefixed = Object.entries(env)
    .filter(([name]) => name.startsWith(COMMAND_PREFIX))
    .map(([name, value]) => [name.slice(COMMAND_PREFIX.length), value] as const);
  const all = { ...defaults, ...Object.fromEntries(inherited), ...Object.fromEntries(prefixed), ...contract };
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => value !== "" || !RENAMED_BY_OVERLAY.has(name)),
  );
}
