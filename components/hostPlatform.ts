/** The platform of images that this machine's daemon builds by default. */
export function hostPlatform(): string {
  return `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`;
}
