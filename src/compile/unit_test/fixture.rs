//! Rows given in YAML or CSV as a query.

use serde_json::{Map, Value as Json};

use super::{columns::KnownColumns, infer::infer, literal::literal};
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    manifest::Fixture,
    relation::Dialect,
};

/// Rows of a fixture as mappings, and whether they come from CSV.
pub struct Rows {
    /// The rows.
    pub rows: Vec<Map<String, Json>>,
    /// The header of CSV, where every value is text; none for mappings.
    pub header: Option<Vec<String>>,
}

impl Rows {
    /// The rows of a fixture; none for SQL.
    pub fn read(fixture: &Fixture, span: &Span) -> Result<Option<Self>, Box<Diagnostic>> {
        match fixture {
            Fixture::Rows(rows) => Ok(Some(Self { rows: rows.clone(), header: None })),
            Fixture::Csv(text) => Ok(Some(read_csv(text, span)?)),
            Fixture::Sql(_) => Ok(None),
        }
    }

    /// The names of all rows' columns, in the order they first come up.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.header.clone().unwrap_or_default();
        for name in self.rows.iter().flat_map(Map::keys) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.clone());
            }
        }
        names
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Json> + Clone {
        self.rows.iter().filter_map(move |row| value_of(row, name))
    }
}

fn value_of<'a>(row: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    row.get(name).or_else(|| {
        row.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

/// CSV with a header; an empty field is NULL, as in dbt.
fn read_csv(text: &str, span: &Span) -> Result<Rows, Box<Diagnostic>> {
    let bad = |error: csv::Error| {
        let message = format!("the rows are no CSV: {error}");
        Box::new(Diagnostic::error("invalid-fixture", message).at(span.clone(), ""))
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.trim().as_bytes());
    let header: Vec<String> =
        reader.headers().map_err(bad)?.iter().map(|name| name.trim().to_owned()).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let value = |text: &str| match text {
            "" => Json::Null,
            text => Json::String(text.to_owned()),
        };
        rows.push(header.iter().cloned().zip(record.iter().map(value)).collect());
    }
    Ok(Rows { rows, header: Some(header) })
}

/// The rows as `select … union all select …` with every known column, those not given NULL.
/// `whose` names the relation in messages.
pub fn rows_query(
    rows: &Rows,
    known: &KnownColumns,
    only_given: bool,
    whose: &str,
    span: &Span,
    dialect: Dialect,
) -> Result<String, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let given = known;
    let mut known = given.clone();
    for name in rows.names() {
        if known.position(&name).is_some() {
            continue;
        }
        if given.complete {
            let names = given.columns.iter().map(|(name, _)| name.as_str());
            let all = names.clone().collect::<Vec<_>>().join(", ");
            let nearest = did_you_mean(&name, names);
            diagnostics.push(
                Diagnostic::error(
                    "unknown-fixture-column",
                    format!("{whose} has no column `{name}`"),
                )
                .at(span.clone(), "")
                .help(nearest.unwrap_or_else(|| format!("its columns are {all}"))),
            );
        }
        known.columns.push((name, None));
    }
    if only_given {
        let names = rows.names();
        known.columns.retain(|(name, _)| names.iter().any(|one| one.eq_ignore_ascii_case(name)));
        known
            .columns
            .sort_by_key(|(name, _)| names.iter().position(|one| one.eq_ignore_ascii_case(name)));
    }
    if known.columns.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                "unknown-columns",
                format!("nothing is known of the columns of {whose}, so no rows can be made up for it"),
            )
            .at(span.clone(), "")
            .help("build it first, declare its columns with `data_type`, or give the fixture as `format: sql`"),
        );
    }
    for (name, kind) in &mut known.columns {
        if kind.is_none() {
            *kind = infer(rows.values(name), rows.header.is_some(), dialect);
        }
    }
    let mut selects = Vec::with_capacity(rows.rows.len().max(1));
    let nothing = Map::new();
    let empty = rows.rows.is_empty();
    for row in rows.rows.iter().chain(empty.then_some(&nothing)) {
        let mut cells = Vec::with_capacity(known.columns.len());
        for (name, kind) in &known.columns {
            let value = value_of(row, name).unwrap_or(&Json::Null);
            match literal(value, kind.as_ref(), dialect) {
                Ok(literal) => cells.push(format!("{literal} as {}", dialect.quote(name))),
                Err(bad) => diagnostics.push(
                    Diagnostic::error(
                        "invalid-fixture-value",
                        format!("column `{name}` of {whose} {}", bad.problem),
                    )
                    .at(span.clone(), "")
                    .maybe_help(bad.help),
                ),
            }
        }
        selects.push(format!("select {}", cells.join(", ")));
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let mut query = selects.join("\nunion all\n");
    if empty {
        query.push_str("\nlimit 0");
    }
    Ok(query)
}
