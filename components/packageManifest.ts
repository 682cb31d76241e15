/** What a package.json is, as far as a package needs it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly files: readonly string[];
  readonly exports: object;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [more: string]: unknown;
}

/** The Node.js whose `require` loads ES modules, as Pulumi's hosts do. */
const OLDEST_NODE = ">=22.12";

/**
 * The package.json of the package: the components need Pulumi's packages and nothing of the checkout's programs. Theirs are the
 * installed versions or newer ones, so that a program has one of each.
 */
export function packageManifest({ name, version, description, license, type, files, exports, dependencies }: Manifest) {
  const pulumi = Object.entries(dependencies).filter(([dependency]) => dependency.startsWith("@pulumi/"));
  return {
    name,
    version,
    description,
    license,
    type,
    files,
    exports,
    engines: { node: OLDEST_NODE },
    dependencies: Object.fromEntries(pulumi.map(([dependency, exact]) => [dependency, `^${exact}`])),
  };
}
