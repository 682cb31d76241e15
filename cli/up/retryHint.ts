import { shellQuote } from "../shellQuote.ts";
import { isDefaultStack } from "./options.ts";
import { isRefreshFlag } from "./pulumiArgs.ts";
import { pulumiCommand } from "./pulumiCommand.ts";
import type { Session } from "./session.ts";

/** How to continue when `pulumi up` or `pulumi destroy` did not finish: each command can be pasted. */
export function retryHint(
  script: "up" | "down",
  { stack, pulumiArgs, extraEnv }: Pick<Session, "stack" | "pulumiArgs" | "extraEnv">,
): string[] {
  const ours = [...(isDefaultStack(stack) ? [] : ["--stack", stack]), ...pulumiArgs];
  const retry = (args: readonly string[]) =>
    ["npm run", script, ...(args.length > 0 ? ["--", ...args.map(shellQuote)] : [])].join(" ");
  return [
    "Unfinished; everything done so far is kept. Once the reason above is fixed, continue with:",
    retry(ours),
    "",
    ...(script === "down" && !ours.some(isRefreshFlag)
      ? [
          "# If Pulumi reports that something was not found because it was deleted by other means: refresh its state first",
          retry([...ours, "--refresh"]),
          "",
        ]
      : []),
    "# If Pulumi reports that the stack is locked, and no other pulumi is running: unlock it first",
    pulumiCommand(["cancel", "--yes", "--stack", stack], extraEnv),
  ];
}
