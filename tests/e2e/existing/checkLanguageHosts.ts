import { pathLookup } from "../../../cli/up/programs.ts";
import { CONSUMER_PROGRAMS } from "./consumerPrograms.ts";

/** @throws Error naming Pulumi's language hosts that are not on PATH, and python3 where it is missing. */
export function checkLanguageHosts(path: string | undefined): void {
  const isInstalled = pathLookup(path);
  const needed = [...CONSUMER_PROGRAMS.map(({ languageHost }) => languageHost), "python3"];
  const missing = needed.filter((program) => !isInstalled(program));
  if (missing.length === 0) return;
  throw new Error(
    `${needed.join(", ")} must be on PATH (the examples are programs in ${CONSUMER_PROGRAMS.map(({ language }) => language).join(", ")}; ` +
      `the hosts come with pulumi); got none of ${missing.join(", ")}`,
  );
}
