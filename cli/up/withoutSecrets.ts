/** A log line without possible passwords: in a URL, or assigned to a name such as `password`. */
export function withoutSecrets(line: string): string {
  return line
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)\S+@/gi, "$1***@")
    .replace(/(\b[\w-]*(?:password|passwd|secret|token)\w*["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;]+)/gi, "$1***");
}
