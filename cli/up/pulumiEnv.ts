import { pathToFileURL } from "node:url";

/** What says whether the user has chosen where Pulumi keeps its state. */
export interface Choice {
  readonly env: NodeJS.ProcessEnv;
  /** The content of Pulumi's credentials.json; undefined: there is none. */
  readonly credentials: string | undefined;
}

/**
 * The variables that Pulumi needs beside the user's own: none where they have chosen a backend, by PULUMI_BACKEND_URL or by a
 * login; else a backend in `.pulumi/` of the checkout, and with it an empty passphrase unless they have chosen one.
 */
export function pulumiEnv(root: string, { env, credentials }: Choice): Record<string, string> {
  if (env.PULUMI_BACKEND_URL || env.PULUMI_ACCESS_TOKEN || isLoggedIn(credentials)) return {};
  // An empty one is a choice too, so it is asked for by name.
  const passphrase = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE;
  // Pulumi reads a URL: a `#`, `?` or `%` of the path must be escaped. `file://.` is no way around it: it
  // becomes the bare path, and another backend than this one, which knows no selected stack.
  return { PULUMI_BACKEND_URL: pathToFileURL(root).href, ...(passphrase ? {} : { PULUMI_CONFIG_PASSPHRASE: "" }) };
}

function isLoggedIn(credentials = "{}"): boolean {
  try {
    return Boolean((JSON.parse(credentials) as { readonly current?: string } | null)?.current);
  } catch {
    return false;
  }
}
