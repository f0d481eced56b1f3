//! The columns of sources and seeds, from what lies about: feeds, `schema.json`, the last catalog,
//! CSV files.

use std::{collections::HashMap, fs::File, io::BufReader};

use serde_json::Value;

use super::session::Session;
use crate::{
    artifact::SourceColumns,
    ingest::BRONZE_COLUMNS,
    manifest::{Node, ResourceType, UniqueId},
    plan::csv::read_columns,
};

/// Names and types of columns, of tables whose columns are all known.
pub fn known_columns(session: &Session) -> HashMap<UniqueId, Vec<(String, String)>> {
    let mut known = HashMap::new();
    let manifest = &session.manifest;
    let catalog = session.project.target_path.join("catalog.json");
    let catalog = std::fs::read(catalog).ok();
    // One that cannot be read says nothing, as none does.
    let catalog: Option<Value> = catalog.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let pulled = match SourceColumns::read(&session.project.root) {
        Ok(pulled) => pulled.unwrap_or_default(),
        Err(error) => {
            session.report.note(&format!("schema.json {error}"));
            SourceColumns::default()
        }
    };
    for (id, source) in &manifest.sources {
        if source.feed().is_some() {
            let columns = BRONZE_COLUMNS.iter();
            let columns = columns.map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned()));
            known.insert(id.clone(), columns.collect());
        } else if let Some(columns) = pulled.sources.get(id) {
            let columns = columns.iter();
            let columns = columns.map(|column| (column.name.clone(), column.data_type.clone()));
            known.insert(id.clone(), columns.collect());
        } else if let Some(columns) = catalog.as_ref().and_then(|catalog| of_catalog(catalog, id)) {
            known.insert(id.clone(), columns);
        }
    }
    for (id, node) in &manifest.nodes {
        if node.resource_type == ResourceType::Seed
            && let Some(columns) = of_seed(node)
        {
            known.insert(id.clone(), columns);
        }
    }
    known
}

fn of_catalog(catalog: &Value, id: &UniqueId) -> Option<Vec<(String, String)>> {
    let columns = catalog.get("sources")?.get(id.as_str())?.get("columns")?.as_object()?;
    let mut columns: Vec<(i64, String, String)> = columns
        .values()
        .filter_map(|column| {
            let text = |key: &str| column.get(key).and_then(Value::as_str).map(str::to_owned);
            Some((column.get("index").and_then(Value::as_i64)?, text("name")?, text("type")?))
        })
        // Fields of structs are told as columns too.
        .filter(|(_, name, _)| !name.contains('.'))
        .collect();
    columns.sort();
    Some(columns.into_iter().map(|(_, name, kind)| (name, kind)).collect())
}

/// A seed's columns, as loading finds them; nothing where the file is wrong, which loading says.
fn of_seed(node: &Node) -> Option<Vec<(String, String)>> {
    let delimiter = match node.config.text("delimiter").unwrap_or(",").as_bytes() {
        [one] => *one,
        _ => return None,
    };
    let types = node.config.get("column_types").and_then(Value::as_object);
    let declared = |name: &str| {
        let found = types?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str())
    };
    let file = File::open(node.seed_path.as_ref()?).ok()?;
    let columns =
        read_columns(BufReader::new(file), delimiter, |name| declared(name).is_some()).ok()?;
    let typed = columns.into_iter().map(|(field, kind)| {
        let kind = declared(&field.text).unwrap_or_else(|| kind.name(node.relation.dialect));
        (field.text, kind.to_owned())
    });
    Some(typed.collect())
}
