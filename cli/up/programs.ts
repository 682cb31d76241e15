import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program is on PATH. */
export type IsInstalled = (program: Program) => boolean;

export type Program = keyof typeof INSTALL;

/** How to install each program. */
const INSTALL = {
  docker: "https://docs.docker.com/get-started/get-docker/",
  minikube:
    "https://minikube.sigs.k8s.io/docs/start/ (not needed where the stack's kubernetesContext is another cluster)",
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
  pulumi: "https://www.pulumi.com/docs/install/",
} as const;

/** A line for each program that is missing; none where all are installed. */
export function missingPrograms(needed: readonly Program[], isInstalled: IsInstalled): string[] {
  const missing = needed.filter((program) => !isInstalled(program));
  return missing.map((program) => `${program} must be on PATH; to install it: ${INSTALL[program]}`);
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
