// What Pulumi's plugin host loads of a checkout. JavaScript: an older Node.js must be able to read this message.
if (!process.features.typescript)
  throw new Error(
    `Node.js must be 22.18 or newer, but not 23.0 to 23.5 (it runs the components' TypeScript as it is); got ${process.versions.node}`,
  );

// By an ES module: the host compiles the TypeScript that is required, and not with this project's options.
module.exports = require("./pluginComponents.js");
