import { imageReferenceRule, registryRule } from "./chartRules.ts";
import { and, atMostOne, isObject, type Rule, secretText, shape, text } from "./rule.ts";

/** What the image is built on by default. */
export const DEFAULT_IMAGE = { baseImage: "node:24-bookworm-slim" };

/** What `baseImage` may be. */
export const baseImageRule = imageReferenceRule("the worker's image is built on it");

const credentials = shape({ username: secretText("who pushes"), password: secretText("the password of who pushes") }, [
  "username",
  "password",
]);

const BUILD_RULES: Readonly<Record<string, Rule>> = {
  baseImage: baseImageRule,
  target: text(/^[a-z][a-z0-9_-]*$/, "the name of a stage", "worker/Dockerfile has it"),
  registry: registryRule,
  pullRegistry: registryRule,
  credentials,
  platform: text(
    /^linux\/(amd64|arm64)$/,
    "linux/amd64 or linux/arm64",
    "one build is for one of them; for both build with docker buildx, and name the image as existing",
  ),
};

/** What `ImageBuildArgs` may be, with these of its keys. */
export function imageBuildRule(keys: readonly string[] = Object.keys(BUILD_RULES)): Rule {
  return and(
    shape(Object.fromEntries(Object.entries(BUILD_RULES).filter(([key]) => keys.includes(key)))),
    (path, value, problems) => {
      const build = value as Record<string, unknown>;
      for (const key of ["pullRegistry", "credentials"])
        if (build[key] !== undefined && build.registry === undefined)
          problems.push(`${path}.${key} must come with registry (the image is pushed there); got no registry`);
    },
  );
}

/** What `WorkerImageArgs` may be. */
export const imageRule = and(
  shape({
    build: imageBuildRule(),
    existing: imageReferenceRule("the nodes pull it"),
    rebuildTrigger: text(/^/, "a text", "the image is built again when it changes"),
  }),
  (path, value, problems) => {
    if (isObject(value))
      atMostOne(["build", "existing"], "the image is either built or there already")(path || "image", value, problems);
  },
);
