/**
 * Rows as lines: columns as wide as their widest cell, three blanks apart, nothing at a line's end.
 *
 * @param numbers - where the cells stand in every column but the first
 */
export function columns(rows: readonly (readonly string[])[], numbers: "left" | "right" = "left"): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? "";
      return column > 0 && numbers === "right" ? cell.padStart(width) : cell.padEnd(width);
    });
    return cells.join("   ").trimEnd();
  });
}
