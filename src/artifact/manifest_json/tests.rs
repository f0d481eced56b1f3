use std::{path::Path, sync::Arc};

use chrono::DateTime;
use serde_json::Value;

use super::{ManifestExtras, manifest_json};
use crate::{
    artifact::{ArtifactMetadata, schema_check::assert_valid},
    manifest::{BuildInput, Invocation, build, engine, globals},
    project::{LoadOptions, Scrubber, load},
};

/// The manifest of the project in a folder, as JSON.
fn json_of(folder: &Path) -> Value {
    let project = load(&LoadOptions::new(folder)).value.expect("the project can be read");
    let engine = engine(&project).value;
    let started_at = DateTime::UNIX_EPOCH;
    let id = "00000000-0000-0000-0000-000000000000".to_owned();
    let invocation = Invocation {
        id: id.clone(),
        started_at,
        flags: Default::default(),
        args: Default::default(),
        full_refresh: false,
        selected_resources: Vec::new(),
    };
    let globals = Arc::new(globals(&project, invocation));
    let manifest = build(&BuildInput { project: &project, engine: &engine, globals }).value;
    let metadata = ArtifactMetadata {
        dbt_version: crate::DBT_VERSION.to_owned(),
        generated_at: started_at,
        invocation_id: id,
        invocation_started_at: started_at,
        env: Default::default(),
    };
    let mut text = Vec::new();
    let (extras, scrubber) = (ManifestExtras::default(), Scrubber::default());
    manifest_json(&mut text, &manifest, &metadata, &extras, &scrubber)
        .expect("writing to memory does not fail");
    serde_json::from_slice(&text).expect("the manifest is JSON")
}

#[test]
fn the_example_projects_manifest_fits_dbts_schema() {
    let manifest = json_of(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(manifest["nodes"].as_object().is_some_and(|nodes| nodes.len() > 40));
    assert_valid("manifest-v12.json", &manifest);
}

#[test]
fn every_kind_of_thing_fits_dbts_schema() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/manifest/everything");
    let manifest = json_of(&case);
    assert_valid("manifest-v12.json", &manifest);
    insta::assert_json_snapshot!(manifest, {
        ".macros" => "[macros]",
        ".**.root_path" => "[root]",
    });
}
