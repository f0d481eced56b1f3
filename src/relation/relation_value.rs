//! A table, view or other relation by name.

use super::{Dialect, Quoting};

/// What a relation is in the warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelationKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A table kept elsewhere.
    External,
    /// Inlined as a CTE (an ephemeral model).
    Cte,
}

impl RelationKind {
    /// dbt's name of the kind (`table`, `view`, `materialized_view`, `external`, `cte`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::External => "external",
            Self::Cte => "cte",
        }
    }
}

/// A relation's three-part name and how to write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Relation {
    /// The database (BigQuery: project). None renders two parts.
    pub database: Option<String>,
    /// The schema (BigQuery: dataset). Empty renders the identifier alone.
    pub schema: String,
    /// The table's name (dbt: alias or identifier).
    pub identifier: String,
    /// What it is, where known.
    pub kind: Option<RelationKind>,
    /// Which parts are quoted.
    pub quoting: Quoting,
    /// The dialect it is rendered in.
    pub dialect: Dialect,
}

impl Relation {
    /// A relation in `dialect` with every part quoted.
    pub fn new(
        dialect: Dialect,
        database: Option<String>,
        schema: impl Into<String>,
        identifier: impl Into<String>,
    ) -> Self {
        Self {
            database,
            schema: schema.into(),
            identifier: identifier.into(),
            kind: None,
            quoting: Quoting::default(),
            dialect,
        }
    }

    /// The same place under another identifier.
    pub fn with_identifier(&self, identifier: impl Into<String>) -> Self {
        Self { identifier: identifier.into(), kind: None, ..self.clone() }
    }

    /// Whether two relations are the same place (names compared without case, as both engines do
    /// for DuckDB, and exactly for GoogleSQL, where table names are case-sensitive).
    pub fn same_place(&self, other: &Self) -> bool {
        let same = |a: &str, b: &str| match self.dialect {
            Dialect::GoogleSql => a == b,
            Dialect::DuckDb => a.eq_ignore_ascii_case(b),
        };
        same(&self.schema, &other.schema)
            && same(&self.identifier, &other.identifier)
            && same(self.database.as_deref().unwrap_or(""), other.database.as_deref().unwrap_or(""))
    }
}

impl std::fmt::Display for Relation {
    /// The name as SQL text in the relation's dialect: what `{{ ref('x') }}` prints.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.kind == Some(RelationKind::Cte) {
            return f.write_str(&self.identifier);
        }
        let parts = [
            (self.database.as_deref().unwrap_or(""), self.quoting.database),
            (self.schema.as_str(), self.quoting.schema),
            (self.identifier.as_str(), self.quoting.identifier),
        ];
        let mut first = true;
        for (name, quoted) in parts.into_iter().filter(|(name, _)| !name.is_empty()) {
            if !first {
                f.write_str(".")?;
            }
            first = false;
            if quoted { f.write_str(&self.dialect.quote(name))? } else { f.write_str(name)? }
        }
        Ok(())
    }
}
