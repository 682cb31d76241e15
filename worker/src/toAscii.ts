/** The text for a database whose encoding lacks some of its characters: every non-ASCII character as its code point, `\u{2192}`. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e\n\t]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
