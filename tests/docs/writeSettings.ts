import { writeFileSync } from "node:fs";
import { SETTINGS_PAGE, settingsPage } from "./settingsPage.ts";

/** `npm run docs`: after a change of Pulumi.yaml or of the worker's settings. */
writeFileSync(SETTINGS_PAGE, settingsPage());
console.log("docs/settings.md is up to date");
