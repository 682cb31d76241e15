/** Docker's grammar for host names and path components (github.com/distribution/reference). */
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::(?<port>\\d{1,5}))?`;
const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";

const REGISTRY = new RegExp(`^${HOST}(?:/${PART})*$`);

/** The digests that container runtimes know. */
const DIGEST = "sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}";

/** A name that looks like an image's id is refused. */
const IMAGE = new RegExp(
  `^(?![0-9a-f]{64}$)(?:${HOST}/)?${PART}(?:/${PART})*(?::\\w[\\w.-]{0,127})?(?:@(?:${DIGEST}))?$`,
);

/** Whether it is a valid prefix of image names: a host, optionally with a port and the beginning of a path. */
export function isRegistry(text: string): boolean {
  return matches(REGISTRY, text);
}

/** Whether it is a complete image reference, as `docker pull` accepts it. */
export function isImageReference(text: string): boolean {
  return matches(IMAGE, text);
}

/** Docker's limit for a name, without tag and digest. */
const MAX_NAME = 255;

function matches(pattern: RegExp, text: string): boolean {
  const found = pattern.exec(text);
  const port = Number(found?.groups?.port ?? 1);
  const name = text.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  return found !== null && port >= 1 && port <= 65_535 && name.length <= MAX_NAME;
}
