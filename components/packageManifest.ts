/** The fields of a package.json that are read or written here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly files: readonly string[];
  readonly exports: { readonly ".": { readonly types: string; readonly default: string } };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [more: string]: unknown;
}

/** The first Node.js whose `require` loads ES modules; Pulumi's language hosts use `require`. */
const OLDEST_NODE = ">=22.12";

/**
 * The package.json of the package: of the checkout's dependencies the components need only Pulumi's packages, in the
 * installed versions or newer ones, so that a program has one version of each.
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
    // TypeScript's `moduleResolution: node` reads no exports.
    main: exports["."].default,
    types: exports["."].types,
    exports: { ".": { require: forCommonJs(exports["."]), ...exports["."] } },
    engines: { node: OLDEST_NODE },
    dependencies: Object.fromEntries(pulumi.map(([dependency, exact]) => [dependency, `^${exact}`])),
  };
}

/** Node.js requires the same module, so that a program has each class once. */
function forCommonJs({ types, default: module }: Manifest["exports"]["."]) {
  return { types: types.replace(/\.d\.ts$/, ".d.cts"), default: module };
}
