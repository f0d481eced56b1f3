//! Which columns a name can mean.

use super::types::{Type, quote};

/// What a query or table gives.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The columns in order, as far as known.
    pub columns: Vec<(String, Type)>,
    /// Whether these are all.
    pub complete: bool,
    /// Whether the rows are values (`SELECT AS VALUE`): the only column has no name.
    pub is_value: bool,
}

impl Columns {
    /// These and no others.
    pub fn all(columns: Vec<(String, Type)>) -> Self {
        Self { columns, complete: true, is_value: false }
    }
}

/// One item of FROM.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name it goes by.
    pub alias: Option<String>,
    /// Its columns.
    pub columns: Columns,
    /// For UNNEST: the column that holds the element, and its type.
    pub element: Option<(String, Type)>,
}

/// The names visible in one SELECT.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// FROM, in order.
    pub sources: Vec<Source>,
    /// Aliases of the SELECT list, for GROUP BY, HAVING, QUALIFY and ORDER BY.
    pub aliases: Vec<(String, Type)>,
    /// The SQL of the SELECT list's items that have an alias.
    pub items: Vec<(String, String)>,
}

/// What a name turned out to be.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The SQL of it.
    pub sql: String,
    /// Its type.
    pub kind: Type,
}

impl Scope {
    /// A name without a qualifier; none where this scope does not know it.
    pub fn column(&self, name: &str) -> Option<Resolved> {
        for source in &self.sources {
            if let Some((column, kind)) = &source.element {
                if source.alias.as_deref().is_some_and(|alias| alias.eq_ignore_ascii_case(name)) {
                    return Some(Resolved { sql: quote(column), kind: kind.clone() });
                }
                if let Type::Struct(fields) = kind
                    && let Some((field, inner)) = field(fields, name)
                {
                    let sql = format!("{}.{}", quote(column), quote(field));
                    return Some(Resolved { sql, kind: inner.clone() });
                }
            }
            if let Some((_, kind)) = field(&source.columns.columns, name) {
                return Some(Resolved { sql: quote(name), kind: kind.clone() });
            }
        }
        let alias = field(&self.aliases, name);
        alias.map(|(_, kind)| Resolved { sql: quote(name), kind: kind.clone() })
    }

    /// The FROM item of an alias.
    pub fn source(&self, alias: &str) -> Option<&Source> {
        self.sources.iter().find(|source| {
            source.alias.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(alias))
        })
    }
}

/// A field by name, without case.
pub fn field<'a>(fields: &'a [(String, Type)], name: &str) -> Option<(&'a String, &'a Type)> {
    fields
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(name, kind)| (name, kind))
}
