import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Manifest, packageManifest } from "./packageManifest.ts";

/**
 * `prepack`: compiles the components into dist/, since Node.js runs no TypeScript of installed packages, and puts the package's
 * own package.json in place of the checkout's. `postpack`: restores the checkout.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const [manifest, dist, kept] = ["package.json", "dist", "dist/checkout.json"].map((path) => `${root}${path}`) as [
  string,
  string,
  string,
];

// A pack that was interrupted has left the package's.
if (existsSync(kept)) renameSync(kept, manifest);
rmSync(dist, { recursive: true, force: true });

if (process.argv[2] === "prepack") {
  execFileSync("tsc", ["--project", "components/tsconfig.package.json"], { cwd: root, stdio: "inherit" });
  mkdirSync(dist, { recursive: true });
  const text = readFileSync(manifest, "utf8");
  writeFileSync(kept, text);
  writeFileSync(manifest, `${JSON.stringify(packageManifest(JSON.parse(text) as Manifest), undefined, 2)}\n`);
}
