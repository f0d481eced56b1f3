// Starts Google's analyzer, which ends with this program.
"use strict";

const { spawn } = require("node:child_process");
const { createRequire } = require("node:module");
const net = require("node:net");
const path = require("node:path");

const { serverName } = require("./server_name.js");

const START_TIMEOUT_SECS = 60;

/**
 * @param modules the folder with node_modules
 * @returns call: asks a method of it; definition: its messages; ended: rejected when it ends
 */
async function start(modules) {
  const need = createRequire(path.join(path.resolve(modules), "index.js"));
  const grpc = need("@grpc/grpc-js");
  const loader = need("@grpc/proto-loader");
  const root = path.join(modules, "node_modules/@fivetrandevelopers/zetasql/lib/zetasql");

  const port = await freePort();
  const server = spawn(path.join(root, serverName), ["localhost", String(port)], { stdio: "ignore" });
  const ended = new Promise((_, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the analyzer ended with ${code}`)));
  });
  ended.catch(() => {});
  process.once("exit", () => server.kill("SIGKILL"));

  const definition = loader.loadSync("local_service.proto", {
    includeDirs: [path.join(root, "protos")],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: false,
    oneofs: true,
  });
  const service = grpc.loadPackageDefinition(definition).zetasql.local_service.ZetaSqlLocalService;
  const client = new service(`localhost:${port}`, grpc.credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  const call = (method, request) =>
    new Promise((resolve, reject) =>
      client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  await Promise.race([
    ended,
    new Promise((resolve, reject) =>
      client.waitForReady(Date.now() + START_TIMEOUT_SECS * 1000, (error) => (error ? reject(error) : resolve())),
    ),
  ]);
  return { call, definition, ended };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

module.exports = { start };
