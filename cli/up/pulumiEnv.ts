import { pathToFileURL } from "node:url";

/** The places where a user can choose Pulumi's backend. */
export interface BackendChoice {
  readonly env: NodeJS.ProcessEnv;
  /** The content of Pulumi's credentials.json; undefined if there is none. */
  readonly credentials: string | undefined;
}

/**
 * The variables that Pulumi needs in addition to the user's environment: none if the user has chosen a backend by
 * PULUMI_BACKEND_URL or by a login; otherwise a backend in `.pulumi/` of the checkout, with an empty passphrase unless the user
 * has set one.
 */
export function pulumiEnv(root: string, { env, credentials }: BackendChoice): Record<string, string> {
  if (env.PULUMI_BACKEND_URL || env.PULUMI_ACCESS_TOKEN || isLoggedIn(credentials)) return {};
  // An empty passphrase is a choice as well.
  const passphrase = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE;
  // A URL: a `#`, `?` or `%` in the path must be escaped. `file://.` does not avoid that: Pulumi resolves it to the bare
  // path, which is another backend than this one and has no selected stack.
  return { PULUMI_BACKEND_URL: pathToFileURL(root).href, ...(passphrase ? {} : { PULUMI_CONFIG_PASSPHRASE: "" }) };
}

function isLoggedIn(credentials = "{}"): boolean {
  try {
    return Boolean((JSON.parse(credentials) as { readonly current?: string } | null)?.current);
  } catch {
    return false;
  }
}
