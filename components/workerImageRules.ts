import { imageReferenceRule, registryRule } from "./chartRules.ts";
import { and, atMostOne, isObject, plain, type Rule, secretText, shape, text } from "./rule.ts";

/** Defaults of `ImageBuildArgs`. */
export const DEFAULT_IMAGE = { baseImage: "node:24-bookworm-slim" };

/** Validation rules for `baseImage`. */
export const baseImageRule = imageReferenceRule("the worker's image is built on it");

const credentials = shape(
  { username: secretText("the registry's user"), password: secretText("the user's password") },
  ["username", "password"],
);

const BUILD_RULES: Readonly<Record<string, Rule>> = {
  baseImage: plain(baseImageRule),
  target: plain(text(/^[a-z][a-z0-9_-]*$/, "the name of a stage", "a stage of worker/Dockerfile")),
  registry: plain(registryRule),
  pullRegistry: plain(registryRule),
  credentials,
  platform: plain(
    text(
      /^linux\/(amd64|arm64)$/,
      "linux/amd64 or linux/arm64",
      "a build has one platform; for both, use docker buildx and set existing",
    ),
  ),
};

/** Validation rules for `ImageBuildArgs`, restricted to the given keys. */
export function imageBuildRule(keys: readonly string[] = Object.keys(BUILD_RULES)): Rule {
  return and(
    shape(Object.fromEntries(Object.entries(BUILD_RULES).filter(([key]) => keys.includes(key)))),
    (path, value, problems) => {
      const build = value as Record<string, unknown>;
      for (const key of ["pullRegistry", "credentials"])
        if (build[key] !== undefined && build.registry === undefined)
          problems.push(
            `${path}.${key} must be set together with registry (the image is pushed there); got no registry`,
          );
    },
  );
}

/** Validation rules for the component's name if it builds the image. */
export const imageNameRule = shape({
  name: text(
    /^[a-z0-9]+([._-][a-z0-9]+)*$/,
    "a name of a-z, 0-9, and single ., _ or - between them",
    "the image is named after it",
  ),
});

/** Validation rules for `WorkerImageArgs`. */
export const imageRule = and(
  shape({
    build: plain(imageBuildRule()),
    existing: imageReferenceRule("nodes pull it"),
    rebuildTrigger: text(/^/, "a string", "the image is rebuilt when it changes"),
  }),
  (path, value, problems) => {
    if (isObject(value))
      atMostOne(["build", "existing"], "the image is either built or already exists")(path || "image", value, problems);
  },
);
