/** A registry's names for this machine and for the nodes, as in `image.build`. */
export interface Registry {
  readonly registry: string;
  readonly pullRegistry: string;
}

/** The registry in the stack's `image`, else this machine's registry, which nodes reach at `gateway`. */
export function readRegistry(image: string | undefined, gateway: string): Registry {
  const { registry, pullRegistry } = (JSON.parse(image ?? "{}") as { build?: Partial<Registry> }).build ?? {};
  if (registry === undefined) return { registry: "localhost:5000", pullRegistry: `${gateway}:5000` };
  return { registry, pullRegistry: pullRegistry ?? registry };
}

/** A folder of the registry without images of earlier runs, so that images must be pushed and pulled. */
export function inFolder({ registry, pullRegistry }: Registry, folder: string): Registry {
  return { registry: `${registry}/${folder}`, pullRegistry: `${pullRegistry}/${folder}` };
}

/** @throws Error when no registry answers. */
export async function checkRegistry({ registry }: Registry): Promise<void> {
  const url = `${toUrl(registry).origin}/v2/`;
  const answer = await fetch(url).then(
    ({ status }) => status,
    (error: Error) => (error.cause as Error | undefined)?.message ?? error.message,
  );
  if (answer === 200) return;
  throw new Error(
    `a registry must answer at ${url} (the image is pushed there and pulled by the nodes; E2E_IMAGE names another one); got ${answer}`,
  );
}

/** The tags of an image in the registry; empty if it was never pushed. */
export async function readTags({ registry }: Registry, image: string): Promise<readonly string[]> {
  const { origin, pathname } = toUrl(registry);
  const response = await fetch(`${origin}/v2${pathname}/${image}/tags/list`);
  if (response.status === 404) return [];
  return ((await response.json()) as { tags: string[] | null }).tags ?? [];
}

/** Docker's rule: without TLS only on this machine. */
function toUrl(registry: string): URL {
  return new URL(`${/^(localhost|127\.)/.test(registry) ? "http" : "https"}://${registry}`);
}
