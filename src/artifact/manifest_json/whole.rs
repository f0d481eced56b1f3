//! The whole artifact.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

use serde_json::{Map, Value, json};

use super::{
    json_writer::JsonWriter,
    maps::{write_edges, write_groups},
    node::{NodeExtras, write_node},
    others::{write_doc, write_exposure, write_group, write_macro, write_source, write_unit_test},
};
use crate::{
    artifact::ArtifactMetadata,
    compile::{CompiledNode, ExtraCte},
    manifest::{Disabled, Manifest, Node, ResourceType, UniqueId, md5_hex},
    project::Scrubber,
    relation::Quoting,
};

/// What the manifest does not know itself.
#[derive(Clone, Debug, Default)]
pub struct ManifestExtras {
    /// What was compiled in this run.
    pub compiled: HashMap<UniqueId, CompiledEntry>,
    /// The target folder as dbt writes it: relative to the project's root, where it is inside.
    pub target_folder: String,
    /// `selectors.yml` by selector name.
    pub selectors: Map<String, Value>,
    /// The project's quoting.
    pub quoting: Quoting,
}

/// A node's SQL, as `manifest.json` tells it.
#[derive(Clone, Debug)]
pub struct CompiledEntry {
    /// The SQL, ephemeral models injected.
    pub code: Arc<str>,
    /// The ephemeral models.
    pub extra_ctes: Vec<ExtraCte>,
    /// Whether its statements were carried out, and written below the target folder.
    pub has_run: bool,
}

impl From<CompiledNode> for CompiledEntry {
    fn from(compiled: CompiledNode) -> Self {
        Self { code: compiled.code.text().into(), extra_ctes: compiled.extra_ctes, has_run: false }
    }
}

/// Writes `manifest.json` beside its place and renames it, making the folder first.
///
/// # Errors
/// Whatever the file system says.
pub fn write_manifest(
    path: &Path,
    manifest: &Manifest,
    metadata: &ArtifactMetadata,
    extras: &ManifestExtras,
    scrubber: &Scrubber,
) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = File::create(&beside)
        .and_then(|file| manifest_json(BufWriter::new(file), manifest, metadata, extras, scrubber))
        .and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Writes the artifact's text.
///
/// # Errors
/// Whatever the writer says.
pub fn manifest_json<W: Write>(
    out: W,
    manifest: &Manifest,
    metadata: &ArtifactMetadata,
    extras: &ManifestExtras,
    scrubber: &Scrubber,
) -> io::Result<()> {
    let created_at = metadata.generated_at.timestamp_micros() as f64 / 1e6;
    let mut json = JsonWriter::new(out, scrubber);
    json.object(|json| {
        json.entry_value("metadata", &metadata_value(manifest, metadata, extras))?;
        json.key("nodes")?;
        json.object(|json| {
            let is_one = |node: &Node| node.resource_type != ResourceType::Function;
            write_nodes(json, manifest, extras, created_at, is_one)
        })?;
        json.key("sources")?;
        json.object(|json| {
            manifest.sources.iter().try_for_each(|(id, source)| {
                json.key(id.as_str())?;
                write_source(json, source, created_at)
            })
        })?;
        json.key("macros")?;
        json.object(|json| {
            manifest.macros.iter().try_for_each(|(id, found)| {
                json.key(id)?;
                write_macro(json, found, created_at)
            })
        })?;
        json.key("docs")?;
        json.object(|json| {
            manifest.docs.iter().try_for_each(|(id, doc)| {
                json.key(id)?;
                write_doc(json, id, doc)
            })
        })?;
        json.key("exposures")?;
        json.object(|json| {
            manifest.exposures.iter().try_for_each(|(id, exposure)| {
                json.key(id.as_str())?;
                write_exposure(json, exposure, created_at)
            })
        })?;
        json.entry_raw("metrics", "{}")?;
        json.key("groups")?;
        json.object(|json| {
            manifest.groups.iter().try_for_each(|(id, group)| {
                json.key(id.as_str())?;
                write_group(json, group)
            })
        })?;
        json.entry_map("selectors", &extras.selectors)?;
        write_disabled(json, manifest, created_at)?;
        write_edges(json, manifest)?;
        write_groups(json, manifest)?;
        json.entry_raw("saved_queries", "{}")?;
        json.entry_raw("semantic_models", "{}")?;
        json.key("unit_tests")?;
        json.object(|json| {
            manifest.unit_tests.iter().try_for_each(|(id, test)| {
                let model = test.tested_node.as_ref().and_then(|id| manifest.nodes.get(id));
                json.key(id.as_str())?;
                let schema = model.map(|model| model.relation.schema.as_str());
                write_unit_test(json, test, schema, created_at)
            })
        })?;
        json.key("functions")?;
        json.object(|json| {
            let is_one = |node: &Node| node.resource_type == ResourceType::Function;
            write_nodes(json, manifest, extras, created_at, is_one)
        })
    })?;
    json.finish()
}

fn write_nodes<W: Write>(
    json: &mut JsonWriter<'_, W>,
    manifest: &Manifest,
    extras: &ManifestExtras,
    created_at: f64,
    is_one: impl Fn(&Node) -> bool,
) -> io::Result<()> {
    manifest.nodes.iter().filter(|(_, node)| is_one(node)).try_for_each(|(id, node)| {
        let extras = NodeExtras {
            compiled: extras.compiled.get(id),
            target_folder: &extras.target_folder,
            created_at,
        };
        json.key(id.as_str())?;
        write_node(json, node, extras)
    })
}

fn write_disabled<W: Write>(
    json: &mut JsonWriter<'_, W>,
    manifest: &Manifest,
    created_at: f64,
) -> io::Result<()> {
    json.key("disabled")?;
    json.object(|json| {
        manifest.disabled.iter().try_for_each(|(id, entries)| {
            json.key(id.as_str())?;
            json.list(|json| {
                entries.iter().try_for_each(|entry| {
                    json.item()?;
                    match entry {
                        Disabled::Node(node) => {
                            write_node(json, node, NodeExtras { created_at, ..Default::default() })
                        }
                        Disabled::Source(source) => write_source(json, source, created_at),
                        Disabled::Exposure(exposure) => write_exposure(json, exposure, created_at),
                        Disabled::UnitTest(test) => write_unit_test(json, test, None, created_at),
                    }
                })
            })
        })
    })
}

fn metadata_value(
    manifest: &Manifest,
    metadata: &ArtifactMetadata,
    extras: &ManifestExtras,
) -> Value {
    let mut value = metadata.to_json("manifest/v12");
    if let Value::Object(fields) = &mut value {
        let quoting = &extras.quoting;
        fields.extend([
            ("project_name".to_owned(), json!(manifest.project_name.as_ref())),
            ("project_id".to_owned(), json!(md5_hex(&manifest.project_name))),
            ("user_id".to_owned(), Value::Null),
            ("send_anonymous_usage_stats".to_owned(), json!(false)),
            ("adapter_type".to_owned(), json!(manifest.adapter_type)),
            (
                "quoting".to_owned(),
                json!({
                    "database": quoting.database,
                    "schema": quoting.schema,
                    "identifier": quoting.identifier,
                    "column": null,
                }),
            ),
        ]);
        let started = fields.get("invocation_started_at").cloned().unwrap_or(Value::Null);
        fields.insert("run_started_at".to_owned(), started);
    }
    value
}

/// A node, source, unit test or exposure as the manifest has it, as a JSON value; null where there is none
/// of the id.
pub fn node_dict(manifest: &Manifest, id: &UniqueId) -> Value {
    let mut text = Vec::new();
    let scrubber = Scrubber::default();
    let mut json = JsonWriter::new(&mut text, &scrubber);
    let written = if let Some(node) = manifest.nodes.get(id) {
        write_node(&mut json, node, NodeExtras::default())
    } else if let Some(source) = manifest.sources.get(id) {
        write_source(&mut json, source, 0.0)
    } else if let Some(test) = manifest.unit_tests.get(id) {
        write_unit_test(&mut json, test, None, 0.0)
    } else if let Some(exposure) = manifest.exposures.get(id) {
        write_exposure(&mut json, exposure, 0.0)
    } else {
        return Value::Null;
    };
    written.expect("writing to memory does not fail");
    serde_json::from_slice(&text).expect("what was written is JSON")
}
