//! Wildcard tables: `FROM dataset.events_*` and `_TABLE_SUFFIX`
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/wildcard-table-reference>).

use super::{
    ColumnType,
    ast::Path,
    scope::{Columns, Source},
    translate::Translator,
    types::{Type, literal, quote},
};
use crate::relation::TABLE_SUFFIX;

impl Translator<'_> {
    /// The rows of all tables that a wildcard means, which have the same columns.
    pub fn wildcard_table(&mut self, name: &Path, alias: String) -> String {
        let mut parts = name.names();
        let prefix = parts.pop().unwrap_or_default().trim_end_matches('*').to_owned();
        let dataset: Vec<&str> = parts.iter().map(String::as_str).collect();
        let tables = self.schemas.tables(&dataset, &prefix);
        if tables.is_empty() {
            let message = format!("no table is known whose name `{name}` matches");
            self.refuse("unknown-table", message, name, Some("build the tables first"));
            return self.unknown_table(alias);
        }
        let mut known: Option<Vec<ColumnType>> = None;
        let mut texts = Vec::new();
        for table in &tables {
            let full: Vec<&str> = dataset.iter().copied().chain([table.as_str()]).collect();
            let columns = self.schemas.columns(&full).unwrap_or_default();
            if known.as_ref().is_some_and(|known| *known != columns) {
                let message = format!("tables that `{name}` matches have other columns: `{table}`");
                let help = "UNION ALL the tables, each with its columns";
                self.refuse("unsupported-syntax", message, name, Some(help));
                return self.unknown_table(alias);
            }
            known.get_or_insert(columns);
            let quoted: Vec<String> = full.iter().map(|part| quote(part)).collect();
            let suffix = literal(&table[prefix.len()..]);
            let suffix = format!("{suffix} AS {}", quote(TABLE_SUFFIX));
            texts.push(format!("SELECT *, {suffix} FROM {}", quoted.join(".")));
        }
        let mut columns: Vec<(String, Type)> = known
            .unwrap_or_default()
            .into_iter()
            .map(|column| (column.name, Type::parse(&column.data_type).unwrap_or_default()))
            .collect();
        columns.push((TABLE_SUFFIX.to_owned(), Type::String));
        let (alias, table) = (Some(alias.clone()), alias);
        let text = format!("({}) AS {}", texts.join(" UNION ALL "), quote(&table));
        let columns = Columns::all(columns);
        self.add_stored(Source { alias, table, columns, ..Source::default() });
        text
    }

    /// What was refused is in sight still, so that nothing else is told of it.
    fn unknown_table(&mut self, alias: String) -> String {
        let (alias, table) = (Some(alias.clone()), alias);
        self.add_source(Source { alias, table, ..Source::default() });
        String::new()
    }
}
