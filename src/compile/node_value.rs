//! Nodes as templates see them: `model`, and the entries of `graph`.

use std::sync::{Arc, OnceLock};

use minijinja::{
    Error, State, Value,
    value::{Enumerator, Object, ObjectRepr},
};
use serde_json::{Map, Value as Json, json};

use crate::{
    jinja::{RefCall, SourceCall, convert::from_json, datetime_value, dict::Dict},
    manifest::{
        Batch, ColumnProperties, Exposure, Group, Manifest, Node, ResourceType, Source, SparseMap,
        UniqueId, UnitTest, version_json,
    },
};

/// A mapping made when a template first looks into it: most never do.
pub struct LazyMap {
    make: Box<dyn Fn() -> Value + Send + Sync>,
    made: OnceLock<Value>,
}

impl LazyMap {
    /// A template value that `make` gives when asked.
    pub fn value(make: impl Fn() -> Value + Send + Sync + 'static) -> Value {
        Value::from_object(Self { make: Box::new(make), made: OnceLock::new() })
    }

    fn get(&self) -> &Value {
        self.made.get_or_init(|| (self.make)())
    }
}

impl std::fmt::Debug for LazyMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LazyMap")
    }
}

impl Object for LazyMap {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get().get_item(key).ok().filter(|value| !value.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.get().try_iter() {
            Ok(keys) => Enumerator::Values(keys.collect()),
            Err(_) => Enumerator::Empty,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.get().call_method(state, method, args)
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.get())
    }
}

/// `model` of a node.
pub fn model_value(node: &Arc<Node>) -> Value {
    let node = Arc::clone(node);
    LazyMap::value(move || from_json(&node_json(&node)))
}

/// `model` of a node while a batch of it is built, with `model.batch`
/// (<https://docs.getdbt.com/docs/build/incremental-microbatch#jinja-context-variables>).
pub fn model_in_batch(node: &Arc<Node>, batch: Batch) -> Value {
    let node = Arc::clone(node);
    LazyMap::value(move || {
        let whole = from_json(&node_json(&node));
        let named = |name: &str, value: Value| (Value::from(name), value);
        let batch = Dict::value([
            named("id", Value::from(batch.id())),
            named("event_time_start", datetime_value(batch.span.start)),
            named("event_time_end", datetime_value(batch.span.end)),
        ]);
        let keys = whole.try_iter().into_iter().flatten();
        let entries = keys.filter_map(|key| whole.get_item(&key).ok().map(|value| (key, value)));
        Dict::value(entries.chain([named("batch", batch)]))
    })
}

/// `graph` (<https://docs.getdbt.com/reference/dbt-jinja-functions/graph>).
pub fn graph_value(manifest: &Arc<Manifest>) -> Value {
    let manifest = Arc::clone(manifest);
    LazyMap::value(move || {
        let (functions, nodes): (Vec<_>, Vec<_>) = manifest
            .nodes
            .iter()
            .partition(|(_, node)| node.resource_type == ResourceType::Function);
        let written = |all: Vec<(&UniqueId, &Arc<Node>)>| -> Map<String, Json> {
            all.into_iter().map(|(id, node)| (id.to_string(), node_json(node))).collect()
        };
        let (nodes, functions) = (written(nodes), written(functions));
        let sources: Map<String, Json> =
            manifest.sources.iter().map(|(id, one)| (id.to_string(), source_json(one))).collect();
        let exposures: Map<String, Json> = manifest
            .exposures
            .iter()
            .map(|(id, one)| (id.to_string(), exposure_json(one)))
            .collect();
        let groups: Map<String, Json> =
            manifest.groups.iter().map(|(id, one)| (id.to_string(), group_json(one))).collect();
        let unit_tests: Map<String, Json> = manifest
            .unit_tests
            .iter()
            .map(|(id, one)| (id.to_string(), unit_test_json(one)))
            .collect();
        from_json(&json!({
            "nodes": nodes, "sources": sources, "exposures": exposures, "groups": groups,
            "functions": functions, "unit_tests": unit_tests,
            "metrics": {}, "semantic_models": {}, "saved_queries": {},
        }))
    })
}

/// A node in the shape dbt's templates know.
pub fn node_json(node: &Node) -> Json {
    let checksum_name = match node.checksum.as_str() {
        "" => "none",
        path if path == node.original_file_path => "path",
        _ => "sha256",
    };
    let deprecated = node.details.deprecation_date.as_ref().map(|date| date.value.to_rfc3339());
    let depends_on: Vec<&str> = node.depends_on_nodes.iter().map(|id| id.as_str()).collect();
    let mut value = json!({
        "database": node.relation.database,
        "schema": node.relation.schema,
        "name": node.name,
        "resource_type": node.resource_type.as_str(),
        "package_name": node.package.as_ref(),
        "path": node.path,
        "original_file_path": node.original_file_path,
        "unique_id": node.unique_id.as_str(),
        "fqn": node.fqn,
        "alias": node.relation.identifier,
        "checksum": {"name": checksum_name, "checksum": node.checksum},
        "config": node.config.with_defaults(node.resource_type),
        "tags": node.config.tags(),
        "meta": node.config.meta().cloned().unwrap_or_default(),
        "description": node.description,
        "columns": columns_json(node.columns.values()),
        "group": node.group,
        "access": node.access.as_str(),
        "version": version_json(node.version.as_deref()),
        "latest_version": version_json(node.latest_version.as_deref()),
        "constraints": node.constraints,
        "relation_name": node.has_relation().then(|| node.relation.to_string()),
        "raw_code": node.raw_code().trim(),
        "language": node.function.as_ref().map_or("sql", |one| one.language.as_str()),
        "refs": refs_json(&node.refs),
        "sources": sources_json(&node.sources),
        "functions": node.functions.iter().map(|call| json!([call.name])).collect::<Vec<_>>(),
        "metrics": [],
        "docs": with_defaults(&json!({"show": true}), node.config.get("docs")),
        "contract": with_defaults(
            &json!({"enforced": false, "alias_types": true}),
            node.config.get("contract"),
        ),
        "patch_path": node.details.patch_path,
        "doc_blocks": node.details.doc_blocks,
        "unrendered_config": node.details.unrendered.as_ref().unwrap_or(&node.config.0),
        "primary_key": node.details.primary_key,
        "time_spine": node.details.time_spine,
        "deprecation_date": deprecated,
        "depends_on": {"macros": node.depends_on_macros, "nodes": depends_on},
    });
    if let (Some(function), Some(map)) = (&node.function, value.as_object_mut()) {
        let arguments: Vec<Json> = function
            .arguments
            .iter()
            .map(|one| json!({"name": one.name, "data_type": one.data_type, "description": one.description}))
            .collect();
        map.insert("arguments".to_owned(), json!(arguments));
        let returns =
            json!({"data_type": function.returns, "description": function.returns_description});
        map.insert("returns".to_owned(), returns);
    }
    if let (Some(test), Some(map)) = (&node.test, value.as_object_mut()) {
        map.insert("column_name".to_owned(), json!(test.column_name));
        map.insert("file_key_name".to_owned(), json!(test.file_key_name));
        let attached = test.attached_node.as_ref().map(|id| id.as_str());
        map.insert("attached_node".to_owned(), json!(attached));
        if let Some(generic) = &test.generic {
            map.insert(
                "test_metadata".to_owned(),
                json!({
                    "name": generic.name,
                    "namespace": generic.namespace,
                    "kwargs": generic.arguments,
                }),
            );
        }
    }
    value
}

fn refs_json(calls: &[RefCall]) -> Vec<Json> {
    let each = calls.iter();
    each.map(|call| json!({"name": call.name, "package": call.package, "version": version_json(call.version.as_deref())}))
        .collect()
}

fn sources_json(calls: &[SourceCall]) -> Vec<Json> {
    calls.iter().map(|call| json!([call.source, call.table])).collect()
}

/// A mapping of which the user may have set some keys.
fn with_defaults(defaults: &Json, set: Option<&Json>) -> Json {
    let mut all = defaults.as_object().cloned().unwrap_or_default();
    all.extend(set.and_then(Json::as_object).cloned().unwrap_or_default());
    Json::Object(all)
}

fn columns_json<'a>(columns: impl Iterator<Item = &'a ColumnProperties>) -> Json {
    let entry = |column: &ColumnProperties| {
        let mut config = json!({"meta": column.meta, "tags": column.tags});
        let mut value = json!({
            "name": column.name,
            "description": column.description,
            "meta": column.meta,
            "data_type": column.data_type,
            "constraints": column.constraints,
            "quote": column.quote,
            "tags": column.tags,
            "granularity": null,
            "dimension": null,
            "entity": null,
            "doc_blocks": column.doc_blocks,
        });
        let extend = |map: &mut Json, own: &SparseMap| {
            if let Some(map) = map.as_object_mut() {
                map.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
        };
        extend(&mut config, &column.config);
        extend(&mut value, &column.extra);
        value["config"] = config;
        (column.name.clone(), value)
    };
    Json::Object(columns.map(entry).collect())
}

fn group_json(group: &Group) -> Json {
    json!({
        "name": group.name,
        "resource_type": "group",
        "package_name": group.package.as_ref(),
        "path": group.path,
        "original_file_path": group.original_file_path,
        "unique_id": group.unique_id.as_str(),
        "owner": group.owner,
        "description": Some(&group.description).filter(|text| !text.is_empty()),
        "config": {"meta": group.meta},
    })
}

fn unit_test_json(test: &UnitTest) -> Json {
    let depends_on: Vec<&str> = test.depends_on_nodes.iter().map(|id| id.as_str()).collect();
    json!({
        "name": test.name,
        "resource_type": "unit_test",
        "package_name": test.package.as_ref(),
        "path": test.path,
        "original_file_path": test.original_file_path,
        "unique_id": test.unique_id.as_str(),
        "fqn": test.fqn,
        "model": test.model,
        "description": test.description,
        "depends_on": {"macros": [], "nodes": depends_on},
    })
}

fn source_json(source: &Source) -> Json {
    json!({
        "database": source.relation.database,
        "schema": source.relation.schema,
        "identifier": source.relation.identifier,
        "name": source.name,
        "resource_type": "source",
        "package_name": source.package.as_ref(),
        "path": source.path,
        "original_file_path": source.original_file_path,
        "unique_id": source.unique_id.as_str(),
        "fqn": source.fqn,
        "source_name": source.source_name,
        "source_description": source.source_description,
        "loader": source.loader,
        "loaded_at_field": source.loaded_at_field,
        "loaded_at_query": source.loaded_at_query,
        "freshness": source.freshness,
        "quoting": source.quoting,
        "doc_blocks": source.doc_blocks,
        "patch_path": source.patch_path,
        "unrendered_config": source.unrendered,
        "unrendered_database": source.written_database,
        "unrendered_schema": source.written_schema,
        "external": source.external,
        "description": source.description,
        "columns": columns_json(source.columns.values()),
        "config": source.config.0,
        "tags": source.config.tags(),
        "meta": source.config.meta(),
        "source_meta": source.source_meta,
        "relation_name": source.relation_name,
    })
}

fn exposure_json(exposure: &Exposure) -> Json {
    let depends_on: Vec<&str> = exposure.depends_on_nodes.iter().map(|id| id.as_str()).collect();
    json!({
        "name": exposure.name,
        "resource_type": "exposure",
        "package_name": exposure.package.as_ref(),
        "path": exposure.path,
        "original_file_path": exposure.original_file_path,
        "unique_id": exposure.unique_id.as_str(),
        "fqn": exposure.fqn,
        "type": exposure.kind,
        "label": exposure.label,
        "maturity": exposure.maturity,
        "url": exposure.url,
        "description": exposure.description,
        "owner": exposure.owner,
        "config": exposure.config.0,
        "tags": exposure.config.tags(),
        "meta": exposure.config.meta(),
        "unrendered_config": exposure.unrendered,
        "refs": refs_json(&exposure.refs),
        "sources": sources_json(&exposure.sources),
        "metrics": [],
        "depends_on": {"macros": [], "nodes": depends_on},
    })
}
