/** Characters that a shell interprets outside quotes: pipes, lists, redirections, subshells. */
const OPERATORS = "|&;<>()";

/** Blanks, or one part of a word: a quoted piece, an escaped character, or a plain one. */
const PART = /(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\])/y;

/**
 * Splits a command into words like a POSIX shell, without running one: blanks separate, quotes and backslashes protect, and `*` and `?`
 * stay as they are.
 *
 * @throws RangeError for syntax that needs a shell (`$`, a pipe, a variable before the program, `~`, ...) and for an unclosed quote; the
 *   message completes "--command must be ...; got ".
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const assignment = /^\s*([A-Za-z_]\w*=)/.exec(text)?.[1];
  if (assignment !== undefined) throw new RangeError(`an unquoted ${assignment}`);
  PART.lastIndex = 0;
  for (let end = 0; end < text.length; end = PART.lastIndex) {
    const [all = "", blank, single, double, escaped, plain] = PART.exec(text) ?? [];
    if (all === "") throw new RangeError(`${JSON.stringify(text[end])} that is not closed`);
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const startsWord = word === undefined;
    if (plain !== undefined && (plain === "#" || plain === "~" ? startsWord : OPERATORS.includes(plain))) {
      throw new RangeError(`an unquoted ${plain}`);
    }
    const expansion = /(?<!\\)(?:\\\\)*([$`])/.exec(double ?? plain ?? "")?.[1];
    if (expansion !== undefined) throw new RangeError(`a ${expansion} outside single quotes`);
    const inDouble = double?.replace(/\\([$`"\\])|\\\n/g, "$1");
    word = (word ?? "") + (single ?? inDouble ?? (escaped === "\n" ? "" : escaped) ?? plain);
  }
  if (word !== undefined) words.push(word);
  return words;
}
