//! Nodes.

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use super::{json_writer::JsonWriter, whole::CompiledEntry};
use crate::{
    compile::{TargetFolder, target_path},
    jinja::{FunctionCall, RefCall, SourceCall},
    manifest::{
        ColumnProperties, Node, NodeConfig, ResourceType, config_defaults, contract_checksum,
    },
};

/// What a run adds to a node.
#[derive(Clone, Copy, Default)]
pub(super) struct NodeExtras<'e> {
    pub compiled: Option<&'e CompiledEntry>,
    /// The target folder.
    pub target_folder: &'e str,
    /// Seconds since 1970.
    pub created_at: f64,
}

/// A node as dbt writes it.
pub(super) fn write_node<W: Write>(
    json: &mut JsonWriter<'_, W>,
    node: &Node,
    extras: NodeExtras<'_>,
) -> io::Result<()> {
    let is_seed = node.resource_type == ResourceType::Seed;
    json.object(|json| {
        write_identity(json, node)?;
        json.key("config")?;
        if node.resource_type == ResourceType::Operation {
            let mut config = node.config.clone();
            config.0.shift_remove("tags");
            write_config(json, node.resource_type, &config)?;
        } else {
            write_config(json, node.resource_type, &node.config)?;
        }
        json.entry_texts("tags", unique(node.config.tags()))?;
        json.entry_text("description", &node.description)?;
        write_columns(json, node.columns.values())?;
        match node.config.meta() {
            Some(meta) => json.entry_map("meta", meta)?,
            None => json.entry_raw("meta", "{}")?,
        }
        json.entry_option("group", node.group.as_deref())?;
        write_docs(json, &node.config)?;
        json.entry_option("patch_path", node.details.patch_path.as_deref())?;
        write_build_path(json, node, extras)?;
        write_unrendered(json, node)?;
        json.entry_plain("created_at", extras.created_at)?;
        let relation = node.has_relation().then(|| node.relation.to_string());
        json.entry_option("relation_name", relation.as_deref())?;
        json.entry_text("raw_code", if is_seed { "" } else { node.raw_code() })?;
        json.entry_texts("doc_blocks", &node.details.doc_blocks)?;
        if is_seed {
            json.entry_option("root_path", node.details.root_path.as_deref())?;
            json.key("depends_on")?;
            return json.object(|json| json.entry_texts("macros", &node.depends_on_macros));
        }
        write_code(json, node, extras)?;
        match node.resource_type {
            ResourceType::Model => write_model(json, node),
            ResourceType::Test => write_test(json, node),
            ResourceType::Function => write_function(json, node),
            ResourceType::Operation => json.entry_plain("index", node.details.hook_index),
            _ => Ok(()),
        }
    })
}

fn write_identity<W: Write>(json: &mut JsonWriter<'_, W>, node: &Node) -> io::Result<()> {
    json.entry_option("database", node.relation.database.as_deref())?;
    json.entry_text("schema", &node.relation.schema)?;
    json.entry_text("name", &node.name)?;
    json.entry_text("resource_type", node.resource_type.as_str())?;
    json.entry_text("package_name", &node.package)?;
    json.entry_text("path", &node.path)?;
    json.entry_text("original_file_path", &node.original_file_path)?;
    json.entry_text("unique_id", node.unique_id.as_str())?;
    json.entry_texts("fqn", &node.fqn)?;
    json.entry_text("alias", &node.relation.identifier)?;
    // A large seed is known by its path, a generic test by nothing.
    let name = match node.checksum.as_str() {
        "" => "none",
        path if path == node.original_file_path => "path",
        _ => "sha256",
    };
    json.key("checksum")?;
    json.object(|json| {
        json.entry_text("name", name)?;
        json.entry_text("checksum", &node.checksum)
    })
}

/// dbt's keys in dbt's order, then the user's own.
pub(super) fn write_config<W: Write>(
    json: &mut JsonWriter<'_, W>,
    kind: ResourceType,
    config: &NodeConfig,
) -> io::Result<()> {
    json.object(|json| {
        let mut written = 0;
        for (key, default) in config_defaults(kind) {
            match config.0.get(key) {
                Some(value) => {
                    written += 1;
                    write_config_value(json, key, value, default)?;
                }
                None => json.entry_raw(key, default)?,
            }
        }
        if written == config.0.len() {
            return Ok(());
        }
        for (key, value) in &config.0 {
            if !crate::manifest::is_known_config(kind, key) {
                json.entry_value(key, value)?;
            }
        }
        Ok(())
    })
}

/// Mappings that dbt gives every field keep their defaults where the user set some only.
fn write_config_value<W: Write>(
    json: &mut JsonWriter<'_, W>,
    key: &str,
    value: &Value,
    default: &str,
) -> io::Result<()> {
    let is_object = matches!(
        key,
        "docs" | "contract" | "snapshot_meta_column_names" | "latest_version_pointer" | "freshness"
    );
    match (value, serde_json::from_str::<Value>(if is_object { default } else { "null" })) {
        (Value::Object(set), Ok(Value::Object(mut full))) => {
            full.extend(set.clone());
            json.entry_map(key, &full)
        }
        _ => json.entry_value(key, value),
    }
}

/// The file that a run left the node's statements in.
fn write_build_path<W: Write>(
    json: &mut JsonWriter<'_, W>,
    node: &Node,
    extras: NodeExtras<'_>,
) -> io::Result<()> {
    let has_run = extras.compiled.is_some_and(|compiled| compiled.has_run);
    let path = has_run.then(|| shown_path(TargetFolder::Run, node, extras));
    json.entry_option("build_path", path.as_deref())
}

/// A node's file below the target folder, as the project sees it.
fn shown_path(folder: TargetFolder, node: &Node, extras: NodeExtras<'_>) -> String {
    let path = target_path(folder, node).to_string_lossy().replace('\\', "/");
    let path = match node.original_file_path.starts_with("./") {
        // dbt keeps the point of `./dbt_project.yml`.
        true => path.replacen(&format!("/{}/", node.package), &format!("/{}/./", node.package), 1),
        false => path,
    };
    format!("{}/{path}", extras.target_folder)
}

/// The configuration as the user wrote it: expressions, not what they gave.
fn write_unrendered<W: Write>(json: &mut JsonWriter<'_, W>, node: &Node) -> io::Result<()> {
    json.key("unrendered_config")?;
    let written = node.details.unrendered.as_ref().unwrap_or(&node.config.0);
    json.object(|json| {
        let mut own = written.iter().filter(|(key, _)| is_own_key(node, key));
        own.try_for_each(|(key, value)| json.entry_value(key, value))
    })
}

/// A hook's tags are what it is, not what somebody configured.
fn is_own_key(node: &Node, key: &str) -> bool {
    node.resource_type != ResourceType::Operation || key != "tags"
}

/// Whether the docs site shows the node, and how.
fn write_docs<W: Write>(json: &mut JsonWriter<'_, W>, config: &NodeConfig) -> io::Result<()> {
    let docs = config.get("docs");
    let show = docs.and_then(|docs| docs.get("show")).and_then(Value::as_bool).unwrap_or(true);
    let color = docs.and_then(|docs| docs.get("node_color")).and_then(Value::as_str);
    json.key("docs")?;
    json.object(|json| {
        json.entry_plain("show", show)?;
        json.entry_option("node_color", color)
    })
}

/// Declared columns by name.
pub(super) fn write_columns<'c, W: Write>(
    json: &mut JsonWriter<'_, W>,
    columns: impl Iterator<Item = &'c ColumnProperties>,
) -> io::Result<()> {
    json.key("columns")?;
    json.object(|json| {
        for column in columns {
            json.key(&column.name)?;
            json.object(|json| {
                json.entry_text("name", &column.name)?;
                json.entry_text("description", &column.description)?;
                json.entry_map("meta", &column.meta)?;
                json.entry_option("data_type", column.data_type.as_deref())?;
                json.key("constraints")?;
                write_values(json, &column.constraints)?;
                json.entry_plain("quote", column.quote)?;
                json.key("config")?;
                json.object(|json| {
                    json.entry_map("meta", &column.meta)?;
                    json.entry_texts("tags", &column.tags)?;
                    column.config.iter().try_for_each(|(key, value)| json.entry_value(key, value))
                })?;
                json.entry_texts("tags", &column.tags)?;
                for key in ["granularity", "dimension", "entity"] {
                    if !column.extra.contains_key(key) {
                        json.entry_raw(key, "null")?;
                    }
                }
                json.entry_texts("doc_blocks", &column.doc_blocks)?;
                column.extra.iter().try_for_each(|(key, value)| json.entry_value(key, value))
            })?;
        }
        Ok(())
    })
}

fn write_values<W: Write>(json: &mut JsonWriter<'_, W>, values: &[Value]) -> io::Result<()> {
    json.list(|json| {
        values.iter().try_for_each(|value| {
            json.item()?;
            json.value(value)
        })
    })
}

fn write_code<W: Write>(
    json: &mut JsonWriter<'_, W>,
    node: &Node,
    extras: NodeExtras<'_>,
) -> io::Result<()> {
    let language = node.function.as_ref().map_or("sql", |function| function.language.as_str());
    json.entry_text("language", language)?;
    write_calls(json, &node.refs, &node.sources)?;
    json.entry_raw("metrics", "[]")?;
    json.key("functions")?;
    write_function_calls(json, &node.functions)?;
    json.key("depends_on")?;
    json.object(|json| {
        json.entry_texts("macros", &node.depends_on_macros)?;
        json.entry_texts("nodes", node.depends_on_nodes.iter().map(|id| id.as_str()))
    })?;
    // A hook that renders to nothing leaves no file.
    let has_file = extras.compiled.is_some_and(|compiled| !compiled.code.is_empty());
    let path = has_file.then(|| shown_path(TargetFolder::Compiled, node, extras));
    json.entry_option("compiled_path", path.as_deref())?;
    if let Some(compiled) = extras.compiled {
        json.entry_raw("compiled", "true")?;
        json.entry_text("compiled_code", &compiled.code)?;
        json.entry_raw("extra_ctes_injected", "true")?;
        json.key("extra_ctes")?;
        json.list(|json| {
            compiled.extra_ctes.iter().try_for_each(|cte| {
                json.item()?;
                json.object(|json| {
                    json.entry_text("id", cte.id.as_str())?;
                    json.entry_text("sql", &cte.sql)
                })
            })
        })?;
    }
    let contract = node.config.get("contract");
    let flag = |key: &str, default: bool| {
        contract.and_then(|contract| contract.get(key)).and_then(Value::as_bool).unwrap_or(default)
    };
    let enforced = flag("enforced", false);
    json.key("contract")?;
    json.object(|json| {
        json.entry_plain("enforced", enforced)?;
        json.entry_plain("alias_types", flag("alias_types", true))?;
        let checksum = enforced.then(|| contract_checksum(node));
        json.entry_option("checksum", checksum.as_deref())
    })
}

/// `refs` and `sources`.
pub(super) fn write_calls<W: Write>(
    json: &mut JsonWriter<'_, W>,
    refs: &[RefCall],
    sources: &[SourceCall],
) -> io::Result<()> {
    json.key("refs")?;
    json.list(|json| {
        refs.iter().try_for_each(|call| {
            json.item()?;
            json.object(|json| {
                json.entry_text("name", &call.name)?;
                json.entry_option("package", call.package.as_deref())?;
                write_version(json, "version", call.version.as_deref())
            })
        })
    })?;
    json.key("sources")?;
    json.list(|json| {
        sources.iter().try_for_each(|call| {
            json.item()?;
            json.list(|json| {
                json.item()?;
                json.text(&call.source)?;
                json.item()?;
                json.text(&call.table)
            })
        })
    })
}

/// A version: a number where it reads as one.
pub(super) fn write_version<W: Write>(
    json: &mut JsonWriter<'_, W>,
    key: &str,
    version: Option<&str>,
) -> io::Result<()> {
    match version.map(|text| (text, serde_json::from_str::<serde_json::Number>(text))) {
        Some((_, Ok(number))) => json.entry_plain(key, number),
        Some((text, Err(_))) => json.entry_text(key, text),
        None => json.entry_raw(key, "null"),
    }
}

/// `functions`: each a list of the package, where it is named, and the name.
fn write_function_calls<W: Write>(
    json: &mut JsonWriter<'_, W>,
    calls: &[FunctionCall],
) -> io::Result<()> {
    json.list(|json| {
        calls.iter().try_for_each(|call| {
            json.item()?;
            json.list(|json| {
                call.package.iter().chain([&call.name]).try_for_each(|part| {
                    json.item()?;
                    json.text(part)
                })
            })
        })
    })
}

fn write_function<W: Write>(json: &mut JsonWriter<'_, W>, node: &Node) -> io::Result<()> {
    let Some(function) = &node.function else { return Ok(()) };
    json.key("returns")?;
    json.object(|json| {
        json.entry_text("data_type", &function.returns)?;
        json.entry_option("description", function.returns_description.as_deref())
    })?;
    json.key("arguments")?;
    json.list(|json| {
        function.arguments.iter().try_for_each(|argument| {
            json.item()?;
            json.object(|json| {
                json.entry_text("name", &argument.name)?;
                json.entry_text("data_type", &argument.data_type)?;
                json.entry_option("description", argument.description.as_deref())?;
                json.entry_raw("default_value", "null")
            })
        })
    })?;
    json.entry_raw("overloads", "[]")
}

fn write_model<W: Write>(json: &mut JsonWriter<'_, W>, node: &Node) -> io::Result<()> {
    json.entry_text("access", node.access.as_str())?;
    json.key("constraints")?;
    write_values(json, &node.constraints)?;
    write_version(json, "version", node.version.as_deref())?;
    write_version(json, "latest_version", node.latest_version.as_deref())?;
    let date = node.details.deprecation_date.as_ref().map(|date| isoformat(&date.value));
    json.entry_option("deprecation_date", date.as_deref())?;
    json.entry_texts("primary_key", &node.details.primary_key)?;
    match &node.details.time_spine {
        Some(spine) => json.entry_value("time_spine", spine),
        None => json.entry_raw("time_spine", "null"),
    }
}

/// A moment as Python writes it: six digits behind the point, or none.
fn isoformat(moment: &DateTime<FixedOffset>) -> String {
    let digits = if moment.timestamp_subsec_micros() == 0 { "" } else { "%.6f" };
    moment.format(&format!("%Y-%m-%dT%H:%M:%S{digits}%:z")).to_string()
}

fn write_test<W: Write>(json: &mut JsonWriter<'_, W>, node: &Node) -> io::Result<()> {
    let Some(test) = &node.test else { return Ok(()) };
    let Some(generic) = &test.generic else { return Ok(()) };
    json.entry_option("column_name", test.column_name.as_deref())?;
    json.entry_option("file_key_name", test.file_key_name.as_deref())?;
    // Tests of sources are attached to no node.
    let attached = test.attached_node.as_ref().map(|id| id.as_str());
    json.entry_option("attached_node", attached.filter(|id| !id.starts_with("source.")))?;
    json.key("test_metadata")?;
    json.object(|json| {
        json.entry_text("name", &generic.name)?;
        json.entry_map("kwargs", &generic.arguments)?;
        json.entry_option("namespace", generic.namespace.as_deref())
    })
}

/// Each text once, in order.
pub(super) fn unique(texts: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    unique
}

/// Free metadata, where there is some.
pub(super) fn meta_of(config: &NodeConfig) -> Map<String, Value> {
    config.meta().cloned().unwrap_or_default()
}
