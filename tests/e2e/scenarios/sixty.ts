import type { Scenario } from "../scenario.ts";
import { walk } from "../walk.ts";

/** Lifecycle claim: scaling. The whole way of a request, KEDA's polls included, costs little over what its work costs. */
export const sixty: Scenario = {
  claim: "60 INSERTs are 60 Jobs, ten at once, each request run once",
  run: (context) => walk(context, 1, 1.15),
};
