/**
 * A line for each option that npm took as its own, because the `--` before it is missing: `npm run down --stack=prod`. npm only warns
 * of an unknown option and leaves it as the variable `npm_config_stack`; the command would run as if it had not been given.
 *
 * @param command - how the command is run, with its `--`: `npm run down --`
 * @param flags - the command's options that were not given to it
 */
export function optionsConsumedByNpm(command: string, flags: readonly string[], env: NodeJS.ProcessEnv): string[] {
  return flags.flatMap((flag) => {
    const name = `npm_config_${flag.slice(2).replaceAll("-", "_")}`;
    const value = env[name];
    // npm sets "" for false: `--no-json`, or `json=false` in .npmrc.
    if (!value) return [];
    return `${flag} must come after -- (npm keeps the options before it, and those in .npmrc, for itself): ${command} ${flag} ...; got ${name}=${JSON.stringify(value)}`;
  });
}
