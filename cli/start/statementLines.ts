/** The SQL tokens that affect where a statement ends; PostgreSQL's manual, 4.1 "Lexical Structure". */
const TOKEN =
  /--[^\n]*|\/\*|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\s+|[\s\S]/y;
const COMMENT_EDGE = /\/\*|\*\//g;

/** The line numbers, from 1, at which the statements of an SQL text begin, in the order in which PostgreSQL runs them. */
export function findStatementLines(sql: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let inStatement = false;
  let parentheses = 0;
  let blocks = 0;
  let previous = "";
  TOKEN.lastIndex = 0;
  for (let at = 0; at < sql.length; at = TOKEN.lastIndex) {
    let token = TOKEN.exec(sql)?.[0] ?? "";
    if (token === "/*") {
      TOKEN.lastIndex = findCommentEnd(sql, at);
      token = sql.slice(at, TOKEN.lastIndex);
    }
    const startsOn = line;
    line += token.split("\n").length - 1;
    if (/^(\s|--|\/\*)/.test(token)) continue;
    const word = token.toLowerCase();
    if (word === "(") parentheses++;
    if (word === ")") parentheses = Math.max(0, parentheses - 1);
    // The body of an SQL function: its semicolons do not end the statement.
    if (blocks > 0 ? word === "case" : word === "atomic" && previous === "begin") blocks++;
    if (blocks > 0 && word === "end") blocks--;
    previous = word;
    if (word === ";" && parentheses === 0 && blocks === 0) {
      inStatement = false;
    } else if (!inStatement) {
      inStatement = true;
      lines.push(startsOn);
    }
  }
  return lines;
}

/** Comments nest. */
function findCommentEnd(sql: string, start: number): number {
  let depth = 0;
  COMMENT_EDGE.lastIndex = start;
  for (let edge = COMMENT_EDGE.exec(sql); edge; edge = COMMENT_EDGE.exec(sql)) {
    depth += edge[0] === "/*" ? 1 : -1;
    if (depth === 0) return COMMENT_EDGE.lastIndex;
  }
  return sql.length;
}
