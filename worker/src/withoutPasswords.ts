/** A wrong value as a message may show it: a URL, a connection string or a key in the wrong place loses its password. */
export function withoutPasswords(text: string): string {
  return text
    .replace(/\/\/.*@/, "//...@")
    .replace(/[^\s"/]*:[^\s"/]*@(?!sha256:)/, "...@")
    .replace(/(password\s*=\s*)('[^']*'|[^&\s"]*)/gi, "$1...")
    .replace(/-----BEGIN.*/, '-----BEGIN ..."');
}
