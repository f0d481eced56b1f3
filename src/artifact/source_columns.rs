//! `schema.json`: the columns that sources have in the warehouse, pulled once and kept beside the
//! project, so that it is known without asking.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use super::write_atomically;
use crate::{manifest::UniqueId, relation::Column};

/// The file's name, in the project's folder.
const FILE: &str = "schema.json";
/// What its form is known by.
const VERSION: u64 = 1;

/// The columns of sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceColumns {
    /// By the source's unique id; in the order of the table.
    pub sources: BTreeMap<UniqueId, Vec<Column>>,
}

/// Why the file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceColumnsError {
    /// It is there and cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is of another form.
    #[error("{0}: pull it again with `elt schema pull`")]
    Form(String),
}

impl SourceColumns {
    /// Where the file of a project is.
    pub fn path(project: &Path) -> PathBuf {
        project.join(FILE)
    }

    /// Reads the file of a project; nothing where there is none.
    ///
    /// # Errors
    /// It is there and cannot be read, or is of another form.
    pub fn read(project: &Path) -> Result<Option<Self>, SourceColumnsError> {
        let text = match std::fs::read_to_string(Self::path(project)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let form = |message: &str| SourceColumnsError::Form(message.to_owned());
        let document: Value =
            serde_json::from_str(&text).map_err(|error| form(&format!("is no JSON: {error}")))?;
        if document.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return Err(form(&format!("is not of version {VERSION}")));
        }
        let mut sources = BTreeMap::new();
        let all = document.get("sources").and_then(Value::as_object);
        for (id, columns) in all.ok_or_else(|| form("has no `sources`"))? {
            let columns = columns.as_object().ok_or_else(|| form("has no columns of a source"))?;
            let columns = columns.iter().map(|(name, kind)| {
                let kind = kind.as_str().ok_or_else(|| form("has a column without a type"))?;
                Ok(Column { name: name.clone(), data_type: kind.to_owned() })
            });
            let columns = columns.collect::<Result<_, SourceColumnsError>>()?;
            sources.insert(UniqueId::new(id.as_str()), columns);
        }
        Ok(Some(Self { sources }))
    }

    /// Writes the file of a project: one column a line, sources by name, so that a change is a line
    /// of a diff.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, project: &Path) -> io::Result<()> {
        let columns = |columns: &[Column]| -> Map<String, Value> {
            let columns = columns.iter();
            columns.map(|column| (column.name.clone(), json!(column.data_type))).collect()
        };
        let sources: Map<String, Value> = self
            .sources
            .iter()
            .map(|(id, known)| (id.as_str().to_owned(), Value::Object(columns(known))))
            .collect();
        let document = json!({"version": VERSION, "sources": sources});
        // A value of texts always has a JSON form.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        write_atomically(&Self::path(project), text.as_bytes())
    }

    /// What is different from what was known of the same sources before, in words.
    pub fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        for (id, columns) in &self.sources {
            let source = id.as_str().splitn(3, '.').nth(2).unwrap_or(id.as_str());
            let Some(known) = earlier.sources.get(id) else {
                let count = columns.len();
                let s = if count == 1 { "" } else { "s" };
                changes.push(format!("new: {source}, {count} column{s}"));
                continue;
            };
            let of = |columns: &[Column]| -> HashMap<String, String> {
                let columns = columns.iter();
                columns.map(|one| (one.name.to_lowercase(), one.data_type.clone())).collect()
            };
            let (now, before) = (of(columns), of(known));
            for column in known.iter().filter(|one| !now.contains_key(&one.name.to_lowercase())) {
                changes.push(format!("gone: {source}.{}", column.name));
            }
            for Column { name, data_type } in columns {
                match before.get(&name.to_lowercase()) {
                    None => changes.push(format!("new: {source}.{name} {data_type}")),
                    Some(was) if was != data_type => {
                        changes.push(format!("changed: {source}.{name} {was} → {data_type}"));
                    }
                    Some(_) => {}
                }
            }
        }
        let gone = earlier.sources.keys().filter(|id| !self.sources.contains_key(*id));
        changes.extend(gone.map(|id| {
            format!("gone: {}", id.as_str().splitn(3, '.').nth(2).unwrap_or(id.as_str()))
        }));
        changes
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(columns: &[(&str, &str)]) -> SourceColumns {
        let columns = columns
            .iter()
            .map(|(name, kind)| Column { name: (*name).to_owned(), data_type: (*kind).to_owned() });
        let id = UniqueId::new("source.shop.raw.orders");
        SourceColumns { sources: BTreeMap::from([(id, columns.collect())]) }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(SourceColumns::read(folder.path()).unwrap(), None);
        let known = of(&[("z", "INT64"), ("a", "STRUCT<b STRING>")]);
        known.write(folder.path()).unwrap();
        assert_eq!(SourceColumns::read(folder.path()).unwrap(), Some(known));
        std::fs::write(SourceColumns::path(folder.path()), "{\"version\": 2}").unwrap();
        let refused = SourceColumns::read(folder.path()).unwrap_err().to_string();
        assert_eq!(refused, "is not of version 1: pull it again with `elt schema pull`");
    }

    #[test]
    fn changes_are_told() {
        let before = of(&[("id", "INT64"), ("old", "STRING")]);
        let now = of(&[("ID", "NUMERIC"), ("more", "DATE")]);
        assert_eq!(
            now.changes_since(&before),
            [
                "gone: raw.orders.old",
                "changed: raw.orders.ID INT64 → NUMERIC",
                "new: raw.orders.more DATE"
            ]
        );
        assert_eq!(now.changes_since(&SourceColumns::default()), ["new: raw.orders, 2 columns"]);
        assert_eq!(SourceColumns::default().changes_since(&now), ["gone: raw.orders"]);
    }
}
