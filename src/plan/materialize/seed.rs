//! Seeds: CSV files as tables.

use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, Step, TableOptions, planner::make_room},
    relation::{Column, RelationKind},
};

/// Loads the file into a new table. Types come from `column_types`; columns without one have the
/// type that the loader finds (an empty type).
///
/// # Errors
/// When the file cannot be read or its header is wrong.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = input.node;
    let file = node.seed_path.clone().expect("the manifest gives every seed its file");
    let delimiter = node.config.text("delimiter").and_then(|text| text.bytes().next());
    let delimiter = delimiter.unwrap_or(b',');
    let types = node.config.get("column_types").and_then(serde_json::Value::as_object);
    let header = header(&file, delimiter).map_err(|problem| {
        vec![Diagnostic::error("invalid-seed", format!("{}: {problem}", node.path))]
    })?;
    let columns = header
        .into_iter()
        .map(|name| {
            let declared = types.and_then(|types| {
                types.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name))
            });
            let data_type = declared.and_then(|(_, value)| value.as_str()).unwrap_or_default();
            Column { data_type: data_type.to_owned(), name }
        })
        .collect();
    let mut steps = make_room(input, RelationKind::Table);
    steps.push(Step::LoadSeed {
        relation: node.relation.clone(),
        file,
        columns,
        delimiter,
        options: TableOptions::default(),
    });
    Ok(steps)
}

fn header(file: &std::path::Path, delimiter: u8) -> Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_path(file)
        .map_err(|error| error.to_string())?;
    let header = reader.headers().map_err(|error| error.to_string())?;
    Ok(header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect())
}
