import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageSource } from "./imageSource.ts";

for (const [args, configured, source] of [
  [[], "{}\n", "daemon"],
  [[], "", "daemon"],
  [[], '{"build":{"baseImage":"node:24"}}', "daemon"],
  [[], '{"build":{"registry":"localhost:5000"}}', "registry"],
  [[], '{"existing":"registry.example/worker:1"}', "existing"],
  [["--config-path", "--config", "image.build.registry=localhost:5000"], "{}", "registry"],
  [["--config-path", "-c=image.existing=registry.example/worker:1"], "{}", "existing"],
  [["--config", 'image={"build":{"registry":"localhost:5000"}}'], "{}", "registry"],
  [["--config", "image={}"], '{"existing":"registry.example/worker:1"}', "daemon"],
  [["--config", "image=oops"], "{}", "daemon"],
] as const)
  test(`with ${JSON.stringify([...args, configured])} the nodes get the image from: ${source}`, () =>
    assert.equal(parseImageSource(args, configured), source));
