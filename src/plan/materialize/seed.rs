//! Seeds: CSV files as tables (<https://docs.getdbt.com/docs/build/seeds>).

use std::{fs::File, io::BufReader, path::Path};

use super::options::view_options;
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    manifest::Node,
    plan::{
        Engine, PlanInput, Step,
        csv::{CsvError, read_columns},
        replace::replace,
    },
    relation::{Column, Dialect, RelationKind},
    sql::Type,
};

/// Files up to this size are shown in diagnostics; larger ones are told of by line only.
const MAX_SHOWN_BYTES: u64 = 4 * 1024 * 1024;

/// Loads the file into a new table. Types come from `column_types`, else from the values.
///
/// # Errors
/// Everything that is wrong with the file, at its place.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = input.node;
    let file = node.seed_path.clone().expect("the manifest gives every seed its file");
    let delimiter = match node.config.text("delimiter").unwrap_or(",").as_bytes() {
        [one] if one.is_ascii() && *one != b'"' && *one != b'\n' => *one,
        _ => {
            let message = format!("`delimiter` of `{}` must be one ASCII character", node.name);
            return Err(vec![Diagnostic::error("invalid-config", message)]);
        }
    };
    let types = node.config.get("column_types").and_then(serde_json::Value::as_object);
    let declared = |name: &str| {
        let found = types?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str())
    };
    check_types(input, types)?;
    let opened = File::open(&file).map_err(|error| {
        let message = format!("cannot read the seed `{}`: {error}", node.original_file_path);
        vec![Diagnostic::error("invalid-seed", message)]
    })?;
    let found = read_columns(BufReader::new(opened), delimiter, |name| declared(name).is_some())
        .map_err(|errors| diagnostics(&errors, &file, &node.original_file_path))?;
    let columns = found
        .into_iter()
        .map(|(field, kind)| {
            let data_type = declared(&field.text)
                .map_or_else(|| kind.name(node.relation.dialect).to_owned(), str::to_owned);
            Column { name: field.text, data_type }
        })
        .collect();
    let columns: Vec<Column> = columns;
    let options = view_options(input)?;
    Ok(replace(input, RelationKind::Table, &options, |relation| Step::LoadSeed {
        relation,
        file: file.clone(),
        columns: columns.clone(),
        delimiter,
        options: options.clone(),
    }))
}

/// Types that the embedded engine cannot read, told before the file is.
fn check_types(
    input: &PlanInput<'_>,
    types: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<(), Vec<Diagnostic>> {
    let node = input.node;
    if input.options.engine != Engine::Embedded || node.relation.dialect != Dialect::GoogleSql {
        return Ok(());
    }
    let place = node.properties.clone();
    let wrong = types.into_iter().flatten().filter_map(|(column, value)| {
        let message = match value.as_str() {
            Some(text) => match Type::parse(text) {
                Ok(_) => return None,
                Err(error) => error.message,
            },
            None => format!("`{value}` is no name of a type"),
        };
        let message = format!("`column_types` of `{}`: `{column}`: {message}", node.name);
        let diagnostic = Diagnostic::error("invalid-config", message);
        Some(match &place {
            Some(place) => diagnostic.at(place.clone(), ""),
            None => diagnostic.note(format!("it is configured for {}", node.original_file_path)),
        })
    });
    let wrong: Vec<Diagnostic> = wrong.collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// A mistake that was found while the rows were loaded.
pub fn seed_mistake(node: &Node, error: &CsvError) -> Vec<Diagnostic> {
    let file = node.seed_path.as_deref().unwrap_or(Path::new(""));
    diagnostics(std::slice::from_ref(error), file, &node.original_file_path)
}

/// The mistakes at their places in the file, where it is small enough and text.
fn diagnostics(errors: &[CsvError], file: &Path, name: &str) -> Vec<Diagnostic> {
    let small = std::fs::metadata(file).is_ok_and(|about| about.len() <= MAX_SHOWN_BYTES);
    let text = if small { std::fs::read_to_string(file).ok() } else { None };
    let source = text.map(|text| std::sync::Arc::new(SourceFile::new(name, text)));
    let told = errors.iter().map(|error| match &source {
        Some(source) => {
            let start = source.line_offset(error.line) as usize;
            let line = source.text()[start..].lines().next().unwrap_or_default();
            let skipped = line.char_indices().nth(error.column as usize - 1);
            let at = start + skipped.map_or(line.len(), |(at, _)| at);
            Diagnostic::error("invalid-seed", &error.message)
                .at(Span::new(source, at..(start + line.len()).max(at)), "")
        }
        None => Diagnostic::error("invalid-seed", format!("{name}: {error}")),
    });
    told.collect()
}
