import * as pulumi from "@pulumi/pulumi";

/** A resource as a component asked for it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** The name of its parent; the next two are names as well. */
  readonly parent: string | undefined;
  readonly dependsOn: readonly string[];
  readonly deletedWith: string | undefined;
  readonly options: pulumi.CustomResourceOptions;
  /** What reached the engine; a secret is `[secret]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A text that no input may carry in plain: every RandomPassword is this. */
export const PASSWORD = "a-password-that-nobody-may-read";

/** The marks by which a value on its way to the engine says that it is a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const sent = new Map<string, Record<string, unknown>>();

/** Answers for the engine. Call it before the first resource is made; a test file is a process, so it lasts. */
export async function mockEngine(): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, id }) {
        sent.set(`${type} ${name}`, maskSecrets(inputs) as Record<string, unknown>);
        const state = { ...inputs };
        if (type === "random:index/randomPassword:RandomPassword") state.result = pulumi.secret(PASSWORD);
        if (id === "kube-system") state.metadata = { name: "kube-system", uid: "cluster-uid" };
        return { id: id || `${name}-id`, state };
      },
      call: ({ inputs }) => inputs,
    },
    "postgres-batch",
    "test",
  );
}

/** What was sent to the engine so far, by `type name`. */
export function sentResources(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  return sent;
}

/** Makes a component and waits for all it makes; the options it is given pass on to every child. */
export async function recordResources(
  make: (options: pulumi.ComponentResourceOptions) => pulumi.ComponentResource,
): Promise<RecordedResource[]> {
  const seen: pulumi.ResourceTransformationArgs[] = [];
  const record = (args: pulumi.ResourceTransformationArgs) => {
    seen.push(args);
    return undefined;
  };
  make({ transformations: [record] });
  await Promise.all(seen.map(({ resource }) => settled(resource.urn)));
  return await Promise.all(
    seen.map(async ({ type, name, opts }) => ({
      type,
      name,
      parent: await nameOf(opts.parent),
      dependsOn: await Promise.all(
        [opts.dependsOn ?? []].flat().map(async (one) => (await nameOf(one as pulumi.Resource)) ?? ""),
      ),
      deletedWith: await nameOf(opts.deletedWith as pulumi.Resource | undefined),
      options: opts,
      inputs: sent.get(`${type} ${name}`) ?? {},
    })),
  );
}

/** The value of an output. */
export function settled<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => output.apply(resolve));
}

async function nameOf(resource: pulumi.Resource | undefined): Promise<string | undefined> {
  return resource && (await settled(resource.urn)).split("::").at(-1);
}

function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== "object" || value === null) return value;
  if ((value as Record<string, unknown>)[SIGNATURE] === SECRET) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskSecrets(inner)]));
}
