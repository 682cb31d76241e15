/**
 * Formats rows as lines, with columns as wide as their widest cell and without trailing blanks.
 *
 * @param alignment - of every column but the first
 * @param gap - blanks between two columns
 */
export function columns(rows: readonly (readonly string[])[], alignment: "left" | "right" = "left", gap = 3): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? "";
      return column > 0 && alignment === "right" ? cell.padStart(width) : cell.padEnd(width);
    });
    return cells.join(" ".repeat(gap)).trimEnd();
  });
}
