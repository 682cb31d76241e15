export * from "./package.ts";
