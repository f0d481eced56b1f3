// The analyzer's program for this platform. Run as a program it prints the name.
"use strict";

const arm = process.arch.startsWith("arm") ? "_arm" : "";
const system = process.platform === "darwin" ? "" : ".so";

module.exports = { serverName: `remote_server${arm}${system}` };
if (require.main === module) console.log(module.exports.serverName);
