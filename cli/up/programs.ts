import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { INSTALL_HINTS } from "../installHints.ts";

/** Whether a program is on PATH. */
export type IsInstalled = (program: string) => boolean;

/** The programs that `npm run up` and `npm run down` run. */
export type Program = "docker" | "kubectl" | "minikube" | "pulumi";

const NOTES: Partial<Record<Program, string>> = {
  minikube: " (not needed where the stack's kubernetesContext is another cluster)",
};

/** A line for each missing program; none if all are installed. */
export function missingPrograms(needed: readonly Program[], isInstalled: IsInstalled): string[] {
  const missing = needed.filter((program) => !isInstalled(program));
  return missing.map(
    (program) => `${program} must be on PATH; to install it: ${INSTALL_HINTS[program]}${NOTES[program] ?? ""}`,
  );
}

/** Finds programs along a PATH. */
export function pathLookup(path = ""): IsInstalled {
  const folders = path.split(delimiter).filter(Boolean);
  return (program) => folders.some((folder) => isProgram(join(folder, program)));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
