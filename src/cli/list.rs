//! `elt ls`.

use serde_json::{Map, Value, json};

use super::{
    args::{ListArg, ListArgs},
    global_args::GlobalArgs,
    selection::selected,
    session::Session,
};
use crate::{
    artifact::node_dict,
    manifest::{ResourceType, UniqueId},
    report::{ListOutput, Listed, render_listing},
    run::ExitCode,
};

/// Lists the selected nodes on stdout.
///
/// # Errors
/// The exit code, where something is wrong.
pub fn run(global: &GlobalArgs, args: &ListArgs) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "list", Map::new())?;
    let ids = selected(session, &args.selection)?;
    let json = args.output == ListArg::Json;
    // As in dbt, analyses are listed where they are asked for.
    let all_kinds = !args.selection.resource_type.is_empty();
    let is_listed = |id: &&UniqueId| all_kinds || !id.as_str().starts_with("analysis.");
    let listed: Vec<Listed> =
        ids.iter().filter(is_listed).filter_map(|id| listed(session, id, json)).collect();
    if listed.is_empty() {
        session.report.note("no node is selected");
        return Ok(ExitCode::Success);
    }
    let output = match args.output {
        ListArg::Selector => ListOutput::Selector,
        ListArg::Name => ListOutput::Name,
        ListArg::Path => ListOutput::Path,
        ListArg::Json => ListOutput::Json,
    };
    let keys: Vec<String> = args
        .output_keys
        .iter()
        .flat_map(|keys| keys.split([' ', ',']))
        .map(str::to_owned)
        .collect();
    let keys = (!keys.is_empty()).then_some(keys.as_slice());
    session.report.data(&render_listing(&listed, output, keys));
    Ok(ExitCode::Success)
}

/// A node as it is listed. Its fields are written in the JSON form only: those of many nodes are large.
fn listed(session: &Session, id: &UniqueId, json: bool) -> Option<Listed> {
    let manifest = &session.manifest;
    let (selector, name, path) = if let Some(node) = manifest.nodes.get(id) {
        if node.resource_type == ResourceType::Operation {
            return None;
        }
        (node.fqn.join("."), node.name.clone(), node.original_file_path.clone())
    } else if let Some(source) = manifest.sources.get(id) {
        let selector = format!("source:{}.{}.{}", source.package, source.source_name, source.name);
        (
            selector,
            format!("{}.{}", source.source_name, source.name),
            source.original_file_path.clone(),
        )
    } else if let Some(test) = manifest.unit_tests.get(id) {
        let selector = format!("unit_test:{}.{}", test.package, test.name);
        (selector, test.name.clone(), test.original_file_path.clone())
    } else {
        let exposure = manifest.exposures.get(id)?;
        let selector = format!("exposure:{}.{}", exposure.package, exposure.name);
        (selector, exposure.name.clone(), exposure.original_file_path.clone())
    };
    let kind = id.as_str().split('.').next().unwrap_or_default();
    let (package, fqn, config) = if let Some(source) = manifest.sources.get(id) {
        (&source.package, Some(&source.fqn), Some(&source.config))
    } else if let Some(test) = manifest.unit_tests.get(id) {
        (&test.package, Some(&test.fqn), Some(&test.config))
    } else if let Some(exposure) = manifest.exposures.get(id) {
        (&exposure.package, Some(&exposure.fqn), Some(&exposure.config))
    } else {
        (&manifest.project_name, None, None)
    };
    let node = manifest.nodes.get(id).filter(|_| json);
    let fields = match node.map(|node| node_dict(node)) {
        Some(Value::Object(fields)) => fields,
        _ => [
            ("package_name", json!(package)),
            ("fqn", json!(fqn)),
            ("tags", json!(config.and_then(|config| config.get("tags")))),
            ("config", json!(config.map(|config| &config.0))),
            ("unique_id", json!(id)),
            ("resource_type", json!(kind)),
            ("name", json!(name)),
            ("original_file_path", json!(path)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect(),
    };
    Some(Listed { selector, name, path, fields })
}
