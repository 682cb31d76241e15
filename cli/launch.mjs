// `node launch.mjs MODULE ...`: the only file that an old Node can read. It says what is missing, where a .ts file would fail on a type.
const [module] = process.argv.splice(2, 1);
const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import(new URL(`../${module}`, import.meta.url));
} else {
  console.error(
    `Node must be 22.18 or newer (it runs TypeScript as it is); got ${process.versions.node}. ` +
      "On Linux `npm ci` brings Node 24 along, unless optional dependencies were left out; elsewhere install it from nodejs.org",
  );
  process.exit(64);
}
