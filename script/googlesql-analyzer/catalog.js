// What exists while a case is read: datasets, tables, views, the variables of a script.
"use strict";

const { parserOptions } = require("./options.js");

/** The pseudo columns of a table that is partitioned by ingestion time. */
const INGESTION = [
  { name: "_PARTITIONTIME", type: { type_kind: "TYPE_TIMESTAMP" }, is_pseudo_column: true },
  { name: "_PARTITIONDATE", type: { type_kind: "TYPE_DATE" }, is_pseudo_column: true },
];

/** BigQuery's own (https://cloud.google.com/bigquery/docs/reference/system-procedures). */
const PROCEDURES = [
  {
    name_path: ["BQ", "REFRESH_MATERIALIZED_VIEW"],
    signature: {
      argument: [{ kind: "ARG_TYPE_FIXED", type: { type_kind: "TYPE_STRING" }, num_occurrences: 1 }],
      // It has none; the analyzer must be told one.
      return_type: { kind: "ARG_TYPE_FIXED", type: { type_kind: "TYPE_INT64" }, num_occurrences: 1 },
    },
  },
];

/** What truncates to a partition, and to which parts of a time (of `DateTimestampPart`). */
const [YEAR, MONTH, DAY, HOUR] = [1, 2, 3, 7];
const PARTITIONS = {
  date: [],
  date_trunc: [MONTH, YEAR],
  datetime_trunc: [HOUR, DAY, MONTH, YEAR],
  range_bucket: [],
  timestamp_trunc: [HOUR, DAY, MONTH, YEAR],
};

const NOT_CLUSTERED = ["TYPE_ARRAY", "TYPE_STRUCT", "TYPE_JSON", "TYPE_DOUBLE", "TYPE_INTERVAL"];
/** Of columns that a table is clustered by. */
const MAX_CLUSTERS = 4;

/** What BigQuery would refuse as well. */
class Refusal extends Error {}

class Catalog {
  inTransaction = false;
  /** name as written, without case → {kind, path, columns: [{name, type}]} */
  relations = new Map();
  variables = new Map();

  declare(name, type) {
    this.variables.set(name, type);
  }

  forgetDeclarations() {
    this.variables.clear();
  }

  /** Does what a statement that was read does. */
  apply(kind, node) {
    if (this.inTransaction && /^(create|alter|drop)/.test(kind)) {
      throw new Refusal("a transaction cannot change definitions");
    }
    switch (kind) {
      case "begin":
        this.inTransaction = true;
        return;
      case "commit":
      case "rollback":
        if (!this.inTransaction) throw new Refusal("there is no transaction");
        this.inTransaction = false;
        return;
      case "create_table":
      case "create_table_as_select":
      case "create_view":
      case "create_materialized_view":
        return this.create(kind, node);
      case "drop":
        return this.drop(node.object_type, node);
      case "drop_materialized_view":
        return this.drop("MATERIALIZED VIEW", node);
      case "alter_view":
      case "alter_materialized_view":
        return this.expect(kind.slice("alter_".length).replace("_", " "), node.name_path);
      case "grant":
      case "revoke":
        return this.expect(node.object_type_list.join(" "), node.name_path);
      case "alter_table":
        this.expect("table", node.name_path);
        return node.alter_action_list.forEach((action) => this.alter(node, action));
      case "drop_schema":
      case "rename":
        throw new Refusal(`${kind} is not followed here`);
    }
  }

  create(kind, node) {
    const path = node.name_path;
    const known = this.relations.get(key(path));
    const type = kind.startsWith("create_table") ? "TABLE" : kind === "create_view" ? "VIEW" : "MATERIALIZED VIEW";
    if (known && node.create_mode === "CREATE_DEFAULT") throw new Refusal(`already exists: ${path.join(".")}`);
    // BigQuery replaces like with like only.
    if (known && node.create_mode === "CREATE_OR_REPLACE" && known.type !== type) {
      throw new Refusal(`${path.join(".")} is a ${known.type}, it cannot be replaced by a ${type}`);
    }
    if (known && node.create_mode === "CREATE_IF_NOT_EXISTS") return;
    let columns;
    let likeIts = false;
    if (node.column_definition_list?.length) {
      columns = node.column_definition_list.map(({ name, type }) => ({ name, type }));
    } else if (node.clone_from || node.copy_from) {
      // All columns of the table that is cloned or copied.
      const [, scan] = innermost(node.clone_from ?? node.copy_from);
      const from = [...this.relations.values()].find((one) => one.path.join(".") === scan.table?.full_name);
      if (!from) throw new Refusal(`this copy is not followed here: ${JSON.stringify(scan).slice(0, 300)}`);
      columns = from.columns;
      likeIts = from.byIngestion;
    } else {
      columns = node.output_column_list.map(({ name, column }) => ({ name, type: column.type }));
    }
    unique(columns);
    partitioning(node.partition_by_list ?? [], node.cluster_by_list ?? []);
    const byIngestion = likeIts || JSON.stringify(node.partition_by_list ?? []).toLowerCase().includes('"_partition');
    this.relations.set(key(path), { type, path, columns, byIngestion });
  }

  drop(type, { name_path: path, is_if_exists: ifExists }) {
    const known = this.relations.get(key(path));
    if (!known && !ifExists) throw new Refusal(`not found: ${path.join(".")}`);
    if (known && known.type !== type) throw new Refusal(`${path.join(".")} is a ${known.type}, not a ${type}`);
    this.relations.delete(key(path));
  }

  /** A statement says what it means by a name. */
  expect(type, path) {
    const known = this.relations.get(key(path));
    if (!known) throw new Refusal(`not found: ${path.join(".")}`);
    if (known.type !== type.toUpperCase()) throw new Refusal(`${path.join(".")} is a ${known.type}, not a ${type}`);
  }

  alter({ name_path: path }, wrapped) {
    const [kind, action] = innermost(wrapped);
    const relation = this.relations.get(key(path));
    if (!relation) throw new Refusal(`not found: ${path.join(".")}`);
    const at = (name) => relation.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    switch (kind) {
      case "resolved_add_column_action_node": {
        const { name, type } = action.column_definition;
        if (at(name) < 0) relation.columns = [...relation.columns, { name, type }];
        else if (!action.is_if_not_exists) throw new Refusal(`the column ${name} exists`);
        return;
      }
      case "resolved_drop_column_action_node":
        if (at(action.name) < 0) {
          if (action.is_if_exists) return;
          throw new Refusal(`no column ${action.name} in ${path.join(".")}`);
        }
        relation.columns = relation.columns.filter((_, index) => index !== at(action.name));
        return;
      case "resolved_alter_column_set_data_type_action_node":
        relation.columns = relation.columns.map((column, index) =>
          index === at(action.column) ? { ...column, type: action.updated_type } : column,
        );
        return;
      case "resolved_rename_to_action_node": {
        this.relations.delete(key(path));
        const renamed = action.new_path.length === 1 ? [...path.slice(0, -1), ...action.new_path] : action.new_path;
        this.relations.set(key(renamed), { ...relation, path: renamed });
        return;
      }
      case "resolved_set_options_action_node":
      case "resolved_alter_column_options_action_node":
        return;
      default:
        throw new Refusal(`${kind} is not followed here`);
    }
  }

  toProto() {
    const root = { name: "root", table: [], catalog: [] };
    for (const { path, columns, byIngestion } of this.relations.values()) {
      let place = root;
      for (const part of path.slice(0, -1)) {
        let next = place.catalog.find((known) => known.name.toLowerCase() === part.toLowerCase());
        if (!next) place.catalog.push((next = { name: part, table: [], catalog: [] }));
        place = next;
      }
      place.table.push({
        name: path.at(-1),
        full_name: path.join("."),
        column: [...columns, ...(byIngestion ? INGESTION : [])],
      });
    }
    root.constant = [...this.variables].map(([name, type]) => ({ name_path: [name], type, value: {} }));
    root.catalog.push({ name: "BQ", procedure: PROCEDURES });
    root.builtin_function_options = { language_options: parserOptions() };
    return root;
  }
}

/** The node within its oneofs, with the fields of what it extends. */
function innermost(wrapped) {
  let kind;
  let node = wrapped;
  while (typeof node.node === "string" && node[node.node]) {
    kind = node.node;
    node = node[kind];
  }
  for (let parent = node.parent; parent; parent = parent.parent) node = { ...parent, ...node };
  return [kind, node];
}

/**
 * What tables can be partitioned and clustered by
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#partition_expression).
 */
function partitioning(partitions, clusters) {
  if (partitions.length > 1) throw new Refusal("partitioned by more than one expression");
  for (const partition of partitions) {
    const [kind, node] = innermost(partition);
    if (kind === "resolved_column_ref_node") {
      if (node.type.type_kind === "TYPE_DATE") continue;
      throw new Refusal(`a table cannot be partitioned by a column of ${node.type.type_kind}`);
    }
    const name = node.function?.name.replace(/^.*:/, "");
    if (!(name in PARTITIONS)) throw new Refusal(`a table cannot be partitioned by ${name ?? kind}`);
    const part = JSON.stringify(node.argument_list).match(/"enum_value":(\d+)/)?.[1];
    if (part && !PARTITIONS[name].includes(Number(part))) {
      throw new Refusal(`a table cannot be partitioned by that part of ${name}`);
    }
  }
  if (clusters.length > MAX_CLUSTERS) throw new Refusal(`clustered by more than ${MAX_CLUSTERS} columns`);
  for (const cluster of clusters) {
    const { type_kind: type } = innermost(cluster)[1].type;
    if (NOT_CLUSTERED.includes(type)) throw new Refusal(`a table cannot be clustered by a column of ${type}`);
  }
}

function unique(columns) {
  const seen = new Set();
  for (const { name } of columns) {
    if (name.startsWith("$")) throw new Refusal("a column without a name");
    if (seen.has(name.toLowerCase())) throw new Refusal(`two columns of the name ${name}`);
    seen.add(name.toLowerCase());
  }
}

function key(path) {
  return path.join(".").toLowerCase();
}

module.exports = { Catalog, Refusal, innermost };
