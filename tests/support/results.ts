import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../docs/results", import.meta.url));

/** Writes a command's results to docs/results/DATE.md, replacing the same command's from that day; returns the file's path. */
export function recordResults(title: string, body: string): string {
  const date = new Date().toISOString().slice(0, 10);
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${date}.md`);
  const text = existsSync(file) ? readFileSync(file, "utf8") : `# Results of ${date}\n`;
  writeFileSync(file, withSection(text, title, body));
  return file;
}

/** The text with one section of this title, a command: it replaces an earlier one, or is appended. */
export function withSection(text: string, title: string, body: string): string {
  const heading = `## \`${title}\`\n`;
  const section = `${heading}\n${body.trim()}\n`;
  const parts = text.split(/^(?=## )/m).map((part) => `${part.trimEnd()}\n`);
  const earlier = parts.findIndex((part) => part.startsWith(heading));
  return (earlier < 0 ? [...parts, section] : parts.with(earlier, section)).join("\n");
}
