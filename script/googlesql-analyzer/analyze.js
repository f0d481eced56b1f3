// Has statements read by Google's analyzer of GoogleSQL, as BigQuery would read them.
//
// Reads JSON lines on stdin, each a case of its own:
//
//     {"id": "…", "given": ["create table `p`.`d`.`t` (id INT64, …)", …], "statements": ["…", …]}
//
// `given` says what exists; a CREATE, ALTER or DROP among the statements changes it for those after
// it. A statement may be a script of several. Answers one line each, in order:
//
//     {"id": "…", "read": ["CreateTableAsSelect", …]}                     every statement is right
//     {"id": "…", "statement": 2, "error": "… [at 3:4]", "sql": "…"}      the first that is wrong
//
// The first line of all says {"ready": true}. It ends with its stdin.
//
// Usage: node analyze.js <folder with node_modules>
"use strict";

const { createHash } = require("node:crypto");
const readline = require("node:readline");

const { Catalog, Refusal, innermost } = require("./catalog.js");
const { analyzerOptions, parserOptions } = require("./options.js");
const { declarations } = require("./script.js");
const { start } = require("./server.js");

/** The kinds of statements that there are; unless they are named, only queries are read. */
let statementKinds;

async function main(modules) {
  const { call, definition, ended } = await start(modules);
  const kinds = definition["zetasql.ResolvedNodeKind"].type.value.map(({ name }) => name);
  statementKinds = kinds.filter((name) => name.endsWith("_STMT"));

  process.stdout.write('{"ready":true}\n');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.trim()) process.stdout.write(JSON.stringify(await Promise.race([ended, answer(call, line)])) + "\n");
  }
  process.exit(0);
}

async function answer(call, line) {
  const { id, given = [], statements } = JSON.parse(line);
  const catalog = new Catalog();
  const read = [];
  let at = 0;
  let sql = "";
  try {
    for (sql of given) await readScript(call, catalog, sql);
    for (sql of statements) {
      at += 1;
      read.push(...(await readScript(call, catalog, sql)));
    }
    return { id, read };
  } catch (error) {
    // gRPC: "3 INVALID_ARGUMENT: …".
    const told = error.details ?? (error instanceof Refusal ? error.message : error.stack);
    return { id, statement: at, error: told, sql };
  }
}

/** Reads a statement or a script; the names of the kinds of its statements. */
async function readScript(call, catalog, sql) {
  const declared = await declarationsOf(call, sql);
  const kinds = [];
  const bytes = Buffer.from(sql);
  let position = 0;
  for (const { start, end, names, type, value } of declared) {
    if (bytes.subarray(position, start).toString().trim()) {
      throw new Refusal("a declaration must be the first statement of a script");
    }
    const text = value && bytes.subarray(value.start, value.end).toString();
    const query = type
      ? `select cast(${text ? `(${text})` : "null"} as ${bytes.subarray(type.start, type.end)})`
      : `select ${text}`;
    const { node } = await analyze(call, catalog, { sql_statement: query });
    for (const name of names) catalog.declare(name, node.output_column_list[0].column.type);
    kinds.push("Declare");
    position = end;
    while (/[\s;]/.test(String.fromCharCode(bytes[position] ?? 0))) position += 1;
  }
  while (bytes.subarray(position).toString().trim()) {
    const { kind, node, next } = await analyze(call, catalog, {
      parse_resume_location: { input: sql, byte_position: position },
    });
    kinds.push(kind);
    catalog.apply(kind, node);
    position = next;
  }
  catalog.forgetDeclarations();
  return kinds;
}

/** What was answered: cases begin alike. */
const answers = new Map();

async function analyze(call, catalog, target) {
  const request = { ...target, simple_catalog: catalog.toProto() };
  const key = createHash("sha256").update(JSON.stringify(request)).digest("base64");
  if (!answers.has(key)) {
    const answered = await call("Analyze", { ...request, options: analyzerOptions(statementKinds) });
    const [field, { query, ...node }] = innermost(answered.resolved_statement);
    const kind = field.replace(/^resolved_|_stmt_node$/g, "");
    answers.set(key, { kind, node, next: answered.resume_byte_position });
  }
  return answers.get(key);
}

/** The DECLAREs at the head of a script, which the analyzer itself does not know. */
async function declarationsOf(call, sql) {
  if (!/\bdeclare\b/i.test(sql)) return [];
  const { parsed_script } = await call("Parse", { sql_statement: sql, allow_script: true, options: parserOptions() });
  return declarations(parsed_script);
}

main(process.argv[2] ?? ".").catch((error) => {
  process.stderr.write(`error: ${error.stack}\n`);
  process.exit(1);
});
