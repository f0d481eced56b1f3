//! What an incremental model does when its query gives other columns than its table has
//! (<https://docs.getdbt.com/docs/build/incremental-models#what-if-the-columns-of-my-incremental-model-change>).

use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    manifest::Node,
    relation::Column,
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
                    changes.retyped.push(Column { name: table[at].name.clone(), ..column.clone() });
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
        self.added.is_empty() && self.removed.is_empty() && self.retyped.is_empty()
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
        for column in &self.retyped {
            let note = format!("of another type: `{}` (now {})", column.name, column.data_type);
            diagnostic = diagnostic.note(note);
        }
        vec![diagnostic.help("run with `--full-refresh`, or set `on_schema_change`")]
    }
}
