// Asks Google's analyzer of GoogleSQL which columns a query gives, with BigQuery's options.
//
// Reads JSON lines on stdin:
//
//     {"id": "…", "tables": {"data.orders": [["id", "INT64"], …]}, "sql": "…"}
//
// and answers one line each, in order; a column without a name has an empty one:
//
//     {"id": "…", "ok": true, "columns": [["id", "INT64"], …], "is_value": false}
//     {"id": "…", "ok": false, "error": "… [at 3:4]"}
//
// The first line of all says {"ready": true}. It ends with its stdin.
//
// Usage: node describe.js <folder with node_modules>
"use strict";

const readline = require("node:readline");

const { Catalog, innermost } = require("./catalog.js");
const { analyzerOptions } = require("./options.js");
const { start } = require("./server.js");

const OTHER_NAMES = { DOUBLE: "FLOAT64", BIGNUMERIC: "BIGNUMERIC" };

let statementKinds;
/** By what makes the tables. */
const catalogs = new Map();

async function main(modules) {
  const { call, definition, ended } = await start(modules);
  const kinds = definition["zetasql.ResolvedNodeKind"].type.value.map(({ name }) => name);
  statementKinds = kinds.filter((name) => name.endsWith("_STMT"));
  process.stdout.write('{"ready":true}\n');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const answered = await Promise.race([ended, answer(call, JSON.parse(line))]);
    process.stdout.write(JSON.stringify(answered) + "\n");
  }
  process.exit(0);
}

async function answer(call, { id, tables = {}, sql }) {
  try {
    const catalog = await catalogOf(call, tables);
    const [kind, node] = await analyze(call, catalog, sql);
    if (kind !== "resolved_query_stmt_node") return { id, ok: false, error: `no query: ${kind}` };
    const columns = node.output_column_list.map(({ name, column }) => [
      name?.startsWith("$") ? "" : (name ?? ""),
      typeName(column.type),
    ]);
    return { id, ok: true, columns, is_value: node.is_value_table ?? false };
  } catch (error) {
    return { id, ok: false, error: error.details ?? error.message ?? error.stack };
  }
}

async function catalogOf(call, tables) {
  const key = JSON.stringify(tables);
  if (!catalogs.has(key)) {
    const catalog = new Catalog();
    for (const [name, columns] of Object.entries(tables)) {
      const list = columns.map(([column, type]) => `\`${column}\` ${type}`).join(", ");
      const [kind, node] = await analyze(call, catalog, `create table \`${name}\` (${list})`);
      catalog.apply(kind.replace(/^resolved_|_stmt_node$/g, ""), node);
    }
    catalogs.set(key, catalog);
  }
  return catalogs.get(key);
}

async function analyze(call, catalog, sql) {
  const request = { sql_statement: sql, simple_catalog: catalog.toProto() };
  const answered = await call("Analyze", { ...request, options: analyzerOptions(statementKinds) });
  return innermost(answered.resolved_statement);
}

function typeName({ type_kind: kind, array_type: array, struct_type: struct, range_type: range }) {
  const plain = kind.replace(/^TYPE_/, "");
  switch (plain) {
    case "ARRAY":
      return `ARRAY<${typeName(array.element_type)}>`;
    case "RANGE":
      return `RANGE<${typeName(range.element_type)}>`;
    case "STRUCT": {
      const field = ({ field_name: name, field_type: type }) =>
        name ? `\`${name}\` ${typeName(type)}` : typeName(type);
      return `STRUCT<${(struct.field ?? []).map(field).join(", ")}>`;
    }
    default:
      return OTHER_NAMES[plain] ?? plain;
  }
}

main(process.argv[2] ?? ".").catch((error) => {
  process.stderr.write(`error: ${error.stack}\n`);
  process.exit(1);
});
