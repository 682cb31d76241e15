import * as pulumi from "@pulumi/pulumi";

/** The inputs of a resource. */
// biome-ignore lint/suspicious/noExplicitAny: each type has other inputs.
export type Inputs = any;

/** A resource as a component requested it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** Its parent's type and name (`Postgres postgres`); the next three have the same form. */
  readonly parent: string | undefined;
  /** Its provider; undefined for the default provider, and for components, which have none. */
  readonly provider: string | undefined;
  readonly dependsOn: readonly string[];
  readonly deletedWith: string | undefined;
  readonly options: pulumi.CustomResourceOptions;
  /** The inputs that reached the engine; a secret is `[secret]`. */
  readonly inputs: Inputs;
}

/** The value of every RandomPassword, which no input may contain in plain text. */
export const PASSWORD = "a-password-that-no-input-may-show";

/** The marker by which a value sent to the engine is a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const sent = new Map<string, Inputs>();
const providers = new Map<string, string>();

/** The cluster's answers to a program's reads, by the name of the object. */
type Reads = Readonly<Record<string, object>>;

const KUBE_SYSTEM = { "kube-system": { metadata: { name: "kube-system", uid: "cluster-uid" } } };

/** Mocks the engine for the rest of the test file, which is a separate process. Call it before the first resource is created. */
export async function mockEngine(reads: Reads = {}, isPreview = false): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, id, provider = "" }) {
        sent.set(`${type} ${name}`, maskSecrets(inputs));
        providers.set(`${type} ${name}`, provider);
        const state = { ...inputs };
        if (type === "random:index/randomPassword:RandomPassword") state.result = pulumi.secret(PASSWORD);
        Object.assign(state, id ? { ...KUBE_SYSTEM, ...reads }[id] : {});
        return { id: id || `${name}-id`, state };
      },
      call: ({ inputs }) => inputs,
    },
    "postgres-batch",
    "test",
    isPreview,
  );
}

/** The resources sent to the engine so far, by `type name`. */
export function sentResources(): ReadonlyMap<string, Inputs> {
  return sent;
}

/** Creates a component with options that its children inherit, and waits for all its resources, of which it is the first. */
export async function recordResources<Component extends pulumi.ComponentResource>(
  make: (options: pulumi.ComponentResourceOptions) => Component,
): Promise<{ readonly component: Component; readonly resources: readonly RecordedResource[] }> {
  const { seen, record } = recorder();
  const component = make({ transformations: [record] });
  return { component, resources: await collectResources(seen) };
}

/** Runs a program in a stack, as `pulumi up` does, and waits for all its resources. Nothing can be created afterwards. */
export async function recordProgram<Exports extends object>(
  load: () => Promise<Exports>,
): Promise<{ readonly program: Exports; readonly resources: readonly RecordedResource[] }> {
  const { seen, record } = recorder();
  const loaded: Exports[] = [];
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(record);
    loaded.push(await load());
  });
  // Resolves when everything has been sent.
  await pulumi.runtime.disconnect();
  return { program: loaded[0] as Exports, resources: await collectResources(seen) };
}

function recorder() {
  const seen: pulumi.ResourceTransformationArgs[] = [];
  const record = (args: pulumi.ResourceTransformationArgs) => {
    seen.push(args);
    return undefined;
  };
  return { seen, record };
}

async function collectResources(seen: readonly pulumi.ResourceTransformationArgs[]): Promise<RecordedResource[]> {
  await Promise.all(seen.map(({ resource }) => settled(resource.urn)));
  return await Promise.all(
    seen.map(async ({ type, name, opts }) => ({
      type,
      name,
      parent: await toLabel(opts.parent),
      provider: providerLabel(providers.get(`${type} ${name}`)),
      dependsOn: await Promise.all(
        [opts.dependsOn ?? []].flat().map(async (resource) => (await toLabel(resource as pulumi.Resource)) ?? ""),
      ),
      deletedWith: await toLabel(opts.deletedWith as pulumi.Resource | undefined),
      options: opts,
      inputs: sent.get(`${type} ${name}`) ?? {},
    })),
  );
}

/** The value of an output. */
export function settled<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => output.apply(resolve));
}

async function toLabel(resource: pulumi.Resource | undefined): Promise<string | undefined> {
  return resource && urnLabel(await settled(resource.urn));
}

/** From a provider's reference, which is its URN and its id. */
function providerLabel(reference = ""): string | undefined {
  return reference === "" ? undefined : urnLabel(reference.slice(0, reference.lastIndexOf("::")));
}

/** `Release keda` from `urn:pulumi:test::project::a:b:Keda$kubernetes:helm.sh/v3:Release::keda`. */
function urnLabel(urn: string): string {
  const [types = "", name] = urn.split("::").slice(-2);
  return `${types.split(":").at(-1)} ${name}`;
}

function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== "object" || value === null) return value;
  if ((value as Record<string, unknown>)[SIGNATURE] === SECRET) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskSecrets(inner)]));
}
