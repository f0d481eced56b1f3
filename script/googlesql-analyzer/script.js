// The declarations at the head of a script, out of its syntax tree.
"use strict";

const { innermost } = require("./catalog.js");

/** [{start, end, names, type?: {start, end}, value?: {start, end}}], places in bytes */
function declarations(script) {
  const found = [];
  for (const statement of script.statement_list_node?.statement_list ?? []) {
    const [kind, node] = innermost(statement);
    if (kind !== "ast_variable_declaration_node") break;
    const place = (wrapped) => wrapped && innermost(wrapped)[1].parse_location_range;
    found.push({
      ...node.parse_location_range,
      names: node.variable_list.identifier_list.map((name) => name.id_string),
      type: place(node.type),
      value: place(node.default_value),
    });
  }
  return found;
}

module.exports = { declarations };
