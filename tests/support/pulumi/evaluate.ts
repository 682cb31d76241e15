import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const COMPONENTS = fileURLToPath(new URL("../../../components", import.meta.url));

/** How a program ends that imports from the folder `components`. */
export function evaluate(program: string) {
  const args = ["--input-type=module", "--eval", program];
  return spawnSync(process.execPath, args, { cwd: COMPONENTS, encoding: "utf8" });
}
