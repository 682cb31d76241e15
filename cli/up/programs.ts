import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program is there. */
export type Finder = (program: Program) => boolean;

export type Program = keyof typeof INSTALL;

/** How to install each program that is needed. */
const INSTALL = {
  docker: "https://docs.docker.com/get-started/get-docker/",
  minikube:
    "https://minikube.sigs.k8s.io/docs/start/ (not needed where the stack's kubernetesContext is another cluster)",
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
  pulumi: "https://www.pulumi.com/docs/install/",
} as const;

/** A line for each program that is not there; none where all are. */
export function missingPrograms(needed: readonly Program[], isThere: Finder): string[] {
  const missing = needed.filter((program) => !isThere(program));
  return missing.map((program) => `${program} must be on PATH; to install it: ${INSTALL[program]}`);
}

/** Looks along a PATH. */
export function finder(path = ""): Finder {
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
