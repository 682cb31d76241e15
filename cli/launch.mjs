// `node launch.mjs MODULE ...`: the only file that an old Node can run. It reports the required version; a .ts file would fail on its types.
const USAGE = 64;
const [module] = process.argv.splice(2, 1);
if (process.features.typescript) {
  await import(new URL(`../${module}`, import.meta.url)).catch(reportMissingPackage);
} else {
  const [forbidden] = /--no-(experimental-)?strip-types/.exec(process.env.NODE_OPTIONS) ?? [];
  console.error(
    forbidden
      ? `NODE_OPTIONS must not contain ${forbidden} (Node runs TypeScript directly here); got ${process.env.NODE_OPTIONS}`
      : `Node must be 22.18 or newer, but not 23.0 to 23.5 (it runs TypeScript directly); got ${process.versions.node}. ` +
          "On Linux `npm ci` installs Node 24, unless optional dependencies are omitted; on other systems install it from nodejs.org",
  );
  process.exit(USAGE);
}

function reportMissingPackage(error) {
  const [, name] = /^Cannot find package '(.*?)'/.exec(error.message) ?? [];
  if (name === undefined) throw error;
  console.error(`cannot find the npm package ${name}; install the packages: npm ci --include=dev`);
  process.exit(USAGE);
}
