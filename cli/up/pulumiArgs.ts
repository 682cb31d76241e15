/** The value of `--config KEY=VALUE` for a key of this project; it is in the stack's settings only after `pulumi up`. */
export function configFlag(pulumiArgs: readonly string[], key: string): string | undefined {
  let value: string | undefined;
  for (const [at, arg] of pulumiArgs.entries()) {
    const pair =
      /^(?:--config=|-c=?)(.+)$/s.exec(arg)?.[1] ?? (/^(--config|-c)$/.test(arg) ? pulumiArgs[at + 1] : undefined);
    const [, name, text] = /^(?:postgres-batch:)?([\w.]+)=(.*)$/s.exec(pair ?? "") ?? [];
    if (name === key) value = text;
  }
  return value;
}

/** The last `--config-file FILE`: the stack's settings are in it instead of `Pulumi.STACK.yaml`; undefined without it. */
export function configFile(pulumiArgs: readonly string[]): string | undefined {
  return pulumiArgs
    .map((arg, at) => (arg === "--config-file" ? pulumiArgs[at + 1] : /^--config-file=(.+)$/s.exec(arg)?.[1]))
    .findLast((file) => file !== undefined);
}

/** The arguments of `pulumi config get` and others for reading the same settings. */
export function configFileArgs(pulumiArgs: readonly string[]): string[] {
  const file = configFile(pulumiArgs);
  return file === undefined ? [] : ["--config-file", file];
}

/** Whether an argument makes Pulumi refresh its state first. */
export function isRefreshFlag(arg: string): boolean {
  return /^(--refresh|-r)(=true)?$/.test(arg);
}
