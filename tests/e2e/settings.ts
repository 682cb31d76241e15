/** The basic settings of every e2e stack: short polls, and every Job kept so that it can be counted. */
const BASE = {
  pollingInterval: "5",
  maxReplicaCount: "10",
  successfulJobsHistoryLimit: "200",
  failedJobsHistoryLimit: "200",
};

/** Config keys of the stack and their values. */
export type Settings = Readonly<Record<string, string>>;

/** The environment variable for a config key: `E2E_KEDA_CHART` for `kedaChart`. */
export function toVariable(key: string): string {
  return `E2E_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * The stack's config from the environment, for `keys`. Settings that the scenarios control cannot be set.
 *
 * @throws Error naming an E2E_ variable for such a setting, or one that belongs to no key.
 */
export function settingsFrom(env: NodeJS.ProcessEnv, keys: readonly string[], context: string): Settings {
  const free = keys.filter((key) => !(key in BASE) && key !== "kubernetesContext");
  const names = new Map(free.map((key) => [toVariable(key), key]));
  const settings: Record<string, string> = { ...BASE, kubernetesContext: context };
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("E2E_") || !value) continue;
    const key = names.get(name);
    if (key === undefined) {
      throw new Error(`${name} must be one of ${[...names.keys()].join(", ")} (the stack's config keys); got another`);
    }
    settings[key] = value;
  }
  return settings;
}

/**
 * The settings in the form of Pulumi's file. Objects and lists are JSON in an environment variable: `{"existing":"..."}`.
 *
 * @throws SyntaxError when one is not.
 */
export function toConfig(settings: Settings, project = "postgres-batch"): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      return [`${project}:${key}`, /^[{[]/.test(value) ? JSON.parse(value) : value];
    }),
  );
}
