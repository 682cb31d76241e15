import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Manifest, packageManifest } from "./packageManifest.ts";

/**
 * `prepack`: compiles the components into dist/, because Node.js runs no TypeScript in installed packages, and replaces the
 * checkout's package.json with the package's. `postpack`: restores the checkout.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const [manifest, dist, kept] = ["package.json", "dist", "dist/checkout.json"].map((path) => `${root}${path}`) as [
  string,
  string,
  string,
];

const NOT_COMPILED = ["package.d.cts", "podFields.json"];

// A pack that fails or is interrupted leaves the package's manifest, which has no scripts, in place.
if (existsSync(kept)) renameSync(kept, manifest);
rmSync(dist, { recursive: true, force: true });

if (process.argv[2] === "prepack") {
  execFileSync("tsc", ["--project", "components/tsconfig.package.json"], { cwd: root, stdio: "inherit" });
  for (const file of NOT_COMPILED) copyFileSync(`${root}components/${file}`, `${dist}/components/${file}`);
  const text = readFileSync(manifest, "utf8");
  writeFileSync(kept, text);
  writeFileSync(manifest, `${JSON.stringify(packageManifest(JSON.parse(text) as Manifest), undefined, 2)}\n`);
  // npm runs no script after a failure.
  console.error(
    "package.json is the package's until npm has packed; if that fails, restore it: mv dist/checkout.json package.json",
  );
}
