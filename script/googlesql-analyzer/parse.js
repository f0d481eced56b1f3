// Asks Google's parser of GoogleSQL whether a text is a script or a statement, with BigQuery's
// options.
//
// Reads JSON lines {"id": "…", "sql": "…"} on stdin, answers one line each, in order:
//
//     {"id": "…", "ok": true}
//     {"id": "…", "ok": false, "error": "… [at 3:4]"}
//
// The first line of all says {"ready": true}. It ends with its stdin.
//
// Usage: node parse.js <folder with node_modules>
"use strict";

const readline = require("node:readline");

const { parserOptions } = require("./options.js");
const { start } = require("./server.js");

async function main(modules) {
  const { call, ended } = await start(modules);
  process.stdout.write('{"ready":true}\n');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const answered = await Promise.race([ended, answer(call, JSON.parse(line))]);
    process.stdout.write(JSON.stringify(answered) + "\n");
  }
  process.exit(0);
}

async function answer(call, { id, sql }) {
  try {
    await call("Parse", { sql_statement: sql, allow_script: true, options: parserOptions() });
    return { id, ok: true };
  } catch (error) {
    return { id, ok: false, error: error.details ?? error.stack };
  }
}

main(process.argv[2] ?? ".").catch((error) => {
  process.stderr.write(`error: ${error.stack}\n`);
  process.exit(1);
});
