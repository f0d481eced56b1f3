//! What an incremental model does when its query gives other columns than its table has
//! (<https://docs.getdbt.com/docs/build/incremental-models#what-if-the-columns-of-my-incremental-model-change>).

use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    manifest::Node,
    relation::Column,
    sql::Type,
};

/// `on_schema_change`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnSchemaChange {
    /// The table keeps its columns.
    Ignore,
    /// The node fails.
    Fail,
    /// New columns are added.
    AppendNewColumns,
    /// The table gets the query's columns and types.
    SyncAllColumns,
}

const NAMES: [&str; 4] = ["ignore", "fail", "append_new_columns", "sync_all_columns"];

impl OnSchemaChange {
    /// A node's setting.
    ///
    /// # Errors
    /// A word that dbt does not know.
    pub fn of(node: &Node) -> Result<Self, Vec<Diagnostic>> {
        Ok(match node.config.text("on_schema_change").unwrap_or("ignore") {
            "ignore" => Self::Ignore,
            "fail" => Self::Fail,
            "append_new_columns" => Self::AppendNewColumns,
            "sync_all_columns" => Self::SyncAllColumns,
            other => {
                let diagnostic = Diagnostic::error(
                    "invalid-config",
                    format!("`on_schema_change` of `{}` cannot be `{other}`", node.name),
                );
                return Err(vec![
                    diagnostic
                        .at(Span::of_line(&node.source, 1), "")
                        .maybe_help(did_you_mean(other, NAMES))
                        .help(format!("use one of `{}`", NAMES.join("`, `"))),
                ]);
            }
        })
    }
}

/// How a query's columns differ from a table's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaChanges {
    /// Columns the table lacks.
    pub added: Vec<Column>,
    /// Columns the query lacks.
    pub removed: Vec<String>,
    /// Columns whose type is another, with the query's type.
    pub retyped: Vec<Column>,
    /// Columns whose STRUCT only got further fields at its end, with the query's type.
    pub extended: Vec<Column>,
}

impl SchemaChanges {
    /// Compares by name, without case, and by type.
    pub fn between(table: &[Column], query: &[Column]) -> Self {
        let find = |columns: &[Column], name: &str| {
            columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
        };
        let mut changes = Self::default();
        for column in query {
            match find(table, &column.name) {
                None => changes.added.push(column.clone()),
                Some(at) if !table[at].data_type.eq_ignore_ascii_case(&column.data_type) => {
                    let named = Column { name: table[at].name.clone(), ..column.clone() };
                    let extends = extends(&table[at].data_type, &column.data_type);
                    if extends { &mut changes.extended } else { &mut changes.retyped }.push(named);
                }
                Some(_) => {}
            }
        }
        let removed = table.iter().filter(|column| find(query, &column.name).is_none());
        changes.removed = removed.map(|column| column.name.clone()).collect();
        changes
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.retyped.is_empty()
            && self.extended.is_empty()
    }

    /// The refusal of `on_schema_change: fail`.
    pub fn refusal(&self, node: &Node) -> Vec<Diagnostic> {
        let mut diagnostic = Diagnostic::error(
            "schema-change",
            format!("the query of `{}` gives other columns than its table has", node.name),
        )
        .at(Span::of_line(&node.source, 1), "");
        for column in &self.added {
            diagnostic = diagnostic.note(format!("new: `{}` ({})", column.name, column.data_type));
        }
        for name in &self.removed {
            diagnostic = diagnostic.note(format!("gone: `{name}`"));
        }
        for column in self.retyped.iter().chain(&self.extended) {
            let note = format!("of another type: `{}` (now {})", column.name, column.data_type);
            diagnostic = diagnostic.note(note);
        }
        vec![diagnostic.help("run with `--full-refresh`, or set `on_schema_change`")]
    }
}

/// Whether the new type is the old one with further fields at the end of its STRUCTs. Values are
/// assigned by position (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules>):
/// a field between others would take the value of its neighbour.
fn extends(old: &str, new: &str) -> bool {
    match (Type::parse(old), Type::parse(new)) {
        (Ok(old), Ok(new)) => old != new && holds(&old, &new),
        _ => false,
    }
}

fn holds(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Array(old), Type::Array(new)) => holds(old, new),
        (Type::Struct(old), Type::Struct(new)) => {
            old.len() <= new.len()
                && old.iter().zip(new).all(|((name, kind), (new_name, new_kind))| {
                    name.eq_ignore_ascii_case(new_name) && holds(kind, new_kind)
                })
        }
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_is_extended_at_its_end_only() {
        assert!(extends("STRUCT<a INT64>", "STRUCT<a INT64, b STRING>"));
        assert!(extends(
            "ARRAY<STRUCT<a STRUCT<x INT64>>>",
            "ARRAY<STRUCT<a STRUCT<x INT64, y DATE>>>"
        ));
        for (old, new) in [
            ("STRUCT<a INT64>", "STRUCT<b STRING, a INT64>"),
            ("STRUCT<a INT64, b STRING>", "STRUCT<a INT64>"),
            ("STRUCT<a INT64>", "STRUCT<a STRING, b STRING>"),
            ("INT64", "STRING"),
            ("INT64", "INT64"),
        ] {
            assert!(!extends(old, new), "{old} {new}");
        }
    }
}
