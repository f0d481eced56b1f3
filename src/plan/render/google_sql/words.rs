//! Parts of GoogleSQL statements.

use crate::{
    plan::{Rendered, RowSource, TableOptions},
    relation::{Column, Dialect},
};

/// `options (…)`, or nothing.
pub(super) fn option_list(options: &TableOptions) -> String {
    let mut all = Vec::new();
    all.extend(
        options.description.iter().map(|text| format!("description = {}", text_literal(text))),
    );
    if !options.labels.is_empty() {
        let labels = options
            .labels
            .iter()
            .map(|(name, value)| format!("({}, {})", text_literal(name), text_literal(value)));
        all.push(format!("labels = [{}]", labels.collect::<Vec<_>>().join(", ")));
    }
    all.extend(options.other.iter().map(|(name, value)| format!("{name} = {value}")));
    match all.is_empty() {
        true => String::new(),
        false => format!("\noptions (\n  {}\n)", all.join(",\n  ")),
    }
}

/// The columns of a new table, described where they are to be.
pub(super) fn column_list(columns: &[Column], options: &TableOptions) -> String {
    let columns = columns.iter().map(|column| {
        format!("{} {}{}", quote(&column.name), column.data_type, described(options, &column.name))
    });
    format!("(\n  {}\n)", columns.collect::<Vec<_>>().join(",\n  "))
}

/// ` options (description = …)` of a column, or nothing.
pub(super) fn described(options: &TableOptions, name: &str) -> String {
    let found = options.column_descriptions.iter().find(|(known, _)| known == name);
    found.map_or(String::new(), |(_, text)| {
        format!(" options (description = {})", text_literal(text))
    })
}

/// A statement around new rows.
pub(super) fn around_rows(head: &str, rows: &RowSource, tail: &str) -> Rendered {
    match rows {
        RowSource::Query(query) => Rendered::around(head, query, tail),
        RowSource::Relation(relation) => {
            Rendered::plain(format!("{head}select * from {relation}{tail}"))
        }
    }
}

pub(super) fn schema_name(database: Option<&str>, schema: &str) -> String {
    let database = database.map(|name| format!("{}.", quote(name))).unwrap_or_default();
    format!("{database}{}", quote(schema))
}

pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

pub(super) fn quote(name: &str) -> String {
    Dialect::GoogleSql.quote(name)
}

pub(super) fn text_literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "\\'");
    format!("'{}'", text.replace('\n', "\\n").replace('\r', "\\r"))
}
