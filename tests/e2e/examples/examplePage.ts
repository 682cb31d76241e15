import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import type { BatchConfig } from "../../../components/batchConfig.ts";
import { codeBlocks } from "../../support/codeBlocks.ts";

/** The examples with a page on how to deploy them. */
export const EXAMPLES = ["shell", "python", "spring-batch"] as const;

/** How an example's page deploys it to a cluster. */
interface ExamplePage {
  /** The commands that build its image and create its tables. */
  readonly commands: string;
  /** Its element of the list `batches`. */
  readonly batch: BatchConfig;
}

/** Reads an example's page: its last block of commands, and its only block of stack config. */
export function readExample(name: (typeof EXAMPLES)[number]): ExamplePage {
  const page = readPage(`examples/${name}/README.md`);
  const [batch] = load(codeBlocks(page, "yaml").join("")) as BatchConfig[];
  return { commands: codeBlocks(page, "sh").at(-1) as string, batch: batch as BatchConfig };
}

/** The commands of docs/commands.md that create a role for programs, and its Secret. */
export function readRoleCommands(): string {
  const section = readPage("docs/commands.md")
    .split(/^## /m)
    .find((text) => text.startsWith("On a cluster\n"));
  return codeBlocks(section ?? "", "sh").join("");
}

function readPage(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
}
