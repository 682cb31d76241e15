/** Characters that a shell interprets outside quotes: pipes, lists, redirections, subshells. */
const OPERATORS = "|&;<>()";

/** One part of a word: a blank, a quoted piece, an escaped character, or a plain one. */
const PART = /(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\])/y;

/**
 * Splits a command into words like a POSIX shell, without running one: blanks separate, quotes and backslashes protect.
 *
 * @throws RangeError for syntax that needs a shell (`$`, a pipe, a variable before the program, `~`, ...) and for an unclosed quote; the
 *   message continues "--command must be words ...; got ".
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const assignment = /^\s*([A-Za-z_]\w*=)/.exec(text)?.[1];
  if (assignment !== undefined) refuse(assignment);
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
    if (plain !== undefined && (plain === "#" || plain === "~" ? startsWord : OPERATORS.includes(plain))) refuse(plain);
    const expansion = /(?<!\\)(?:\\\\)*([$`])/.exec(double ?? plain ?? "")?.[1];
    if (expansion !== undefined) refuse(expansion);
    const inDouble = double?.replace(/\\([$`"\\])|\\\n/g, "$1");
    word = (word ?? "") + (single ?? inDouble ?? (escaped === "\n" ? "" : escaped) ?? plain);
  }
  if (word !== undefined) words.push(word);
  return words;
}

function refuse(text: string): never {
  throw new RangeError(`an unquoted ${text}`);
}
