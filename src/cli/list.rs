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
    let mut listed: Vec<Listed> =
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
    if keys.is_empty() {
        listed.iter_mut().for_each(|one| one.fields.retain(|key, _| KEYS.contains(&key.as_str())));
    }
    let keys = (!keys.is_empty()).then_some(keys.as_slice());
    session.report.data(&render_listing(&listed, output, keys));
    Ok(ExitCode::Success)
}

/// What dbt writes of a node where no keys are named
/// (<https://docs.getdbt.com/reference/commands/list>).
const KEYS: [&str; 11] = [
    "alias",
    "name",
    "package_name",
    "depends_on",
    "direct_parents",
    "tags",
    "config",
    "resource_type",
    "source_name",
    "original_file_path",
    "unique_id",
];

/// A node as it is listed. Its fields are written in the JSON form only: those of many nodes are large.
fn listed(session: &Session, id: &UniqueId, json: bool) -> Option<Listed> {
    let manifest = &session.manifest;
    let versioned = |name: &str, mark: &str, version: Option<&str>| match version {
        Some(version) => format!("{name}{mark}{version}"),
        None => name.to_owned(),
    };
    let (selector, name, path) = if let Some(node) = manifest.nodes.get(id) {
        if node.resource_type == ResourceType::Operation {
            return None;
        }
        let name = versioned(&node.name, ".v", node.version.as_deref());
        (node.fqn.join("."), name, node.original_file_path.clone())
    } else if let Some(source) = manifest.sources.get(id) {
        let name = format!("{}.{}", source.source_name, source.name);
        let selector = format!("source:{}.{name}", source.package);
        (selector, name, source.original_file_path.clone())
    } else if let Some(test) = manifest.unit_tests.get(id) {
        let name = versioned(&test.name, "_v", test.version.as_deref());
        (format!("unit_test:{}.{name}", test.package), name, test.original_file_path.clone())
    } else {
        let exposure = manifest.exposures.get(id)?;
        let selector = format!("exposure:{}.{}", exposure.package, exposure.name);
        (selector, exposure.name.clone(), exposure.original_file_path.clone())
    };
    let fields = if json { fields(session, id) } else { Map::new() };
    Some(Listed { selector, name, path, fields })
}

/// A node's fields as in the manifest, and a model's parents.
fn fields(session: &Session, id: &UniqueId) -> Map<String, Value> {
    let Value::Object(mut fields) = node_dict(&session.manifest, id) else { return Map::new() };
    let model = session.manifest.nodes.get(id);
    if let Some(model) = model.filter(|node| node.resource_type == ResourceType::Model) {
        fields.insert("direct_parents".to_owned(), json!(model.depends_on_nodes));
    }
    fields
}
