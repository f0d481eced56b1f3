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
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The name it goes by.
    pub alias: Option<String>,
    /// Its name in the engine's SQL.
    pub table: String,
    /// Its columns.
    pub columns: Columns,
    /// For UNNEST: the column that holds the element, and its type.
    pub element: Option<(String, Type)>,
    /// Columns that the engine's SQL has under another name, and that name.
    pub renamed: Vec<(String, String)>,
    /// Whether only its alias leads to it: what has passed a pipe.
    pub only_by_alias: bool,
}

impl Source {
    /// A column in the engine's SQL, with the table.
    pub fn sql_of(&self, column: &str) -> String {
        format!("{}.{}", quote(&self.table), quote(self.name_of(column)))
    }

    fn name_of<'a>(&'a self, column: &'a str) -> &'a str {
        let mut renamed = self.renamed.iter();
        let found = renamed.find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map_or(column, |(_, name)| name)
    }
}

/// A part of `*`.
#[derive(Clone, Debug)]
pub enum StarPart {
    /// A column that has passed a pipe: its SQL says all.
    Column(Merged),
    /// A column of USING, once for both sides.
    Merged(Merged),
    /// The columns of a FROM item, without those of USING and a table's pseudo columns.
    Source(usize, Vec<String>),
}

/// A column of USING.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Its SQL with the table, where that is known.
    pub sql: Option<String>,
}

/// An item of the SELECT list that has a name.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its alias, or the name that its path gives it.
    pub name: String,
    /// Its SQL without the alias.
    pub sql: String,
    /// Its type.
    pub kind: Type,
}

/// In which clause names are looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// FROM, WHERE, the SELECT list: aliases of the SELECT list are not in sight.
    #[default]
    Rows,
    /// HAVING, QUALIFY, ORDER BY: such aliases go before the columns of FROM.
    Results,
}

/// The names visible in one SELECT.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// FROM, in order.
    pub sources: Vec<Source>,
    /// What `*` means.
    pub star: Vec<StarPart>,
    /// Columns of the SELECT list, for the clauses after it.
    pub aliases: Vec<(String, Type)>,
    /// The SQL of the items as long as there is no star before them.
    pub places: Vec<String>,
    /// Whether `aliases` are all, each in its place.
    pub counted: bool,
    /// Items of the SELECT list that have a name.
    pub items: Vec<Item>,
    /// The aliases of the SELECT list. The engine sees them everywhere, GoogleSQL does not.
    pub given: Vec<String>,
    /// The clause that is being written.
    pub phase: Phase,
    /// Columns that FROM is to have for `HAVING MAX`: names and SQL.
    pub extremes: Vec<(String, String)>,
    /// Keys of grouping sets that are columns beside those of FROM: their SQL, and the columns.
    pub keys: Vec<(String, String)>,
    /// Whether this is ORDER BY of a whole query, when FROM is written already.
    pub is_ordered: bool,
}

/// What a name turned out to be.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The SQL of it.
    pub sql: String,
    /// Its type.
    pub kind: Type,
}

/// Which items of the SELECT list have a name.
#[derive(Clone, Copy, Debug)]
pub enum Named<'s> {
    /// None of them.
    None,
    /// One, or several that are the same.
    One(&'s Item),
    /// Several that differ.
    Several,
}

/// What one scope says to a name.
#[derive(Clone, Debug)]
pub enum Found {
    /// It is this.
    Is(Resolved),
    /// Not all columns are known: it may be one of them.
    Maybe,
    /// It is none of this scope's.
    No,
}

impl Scope {
    /// A name without a qualifier, asked for in the scopes `inner` to this one. The columns of an
    /// outer scope are written with their table: the engine would find an alias of the inner SELECT
    /// first.
    pub fn column(&self, name: &str, inner: &[Self]) -> Found {
        if self.phase == Phase::Results
            && let Some(found) = self.result(name, !inner.is_empty())
            // A column of FROM goes with its table to the scopes inside.
            && (inner.is_empty() || found.sql != quote(name))
        {
            return Found::Is(found);
        }
        let mut piped = self.star.iter().filter_map(|part| match part {
            StarPart::Column(column) if column.name.eq_ignore_ascii_case(name) => Some(column),
            _ => None,
        });
        if let Some(column) = piped.next() {
            // Of several the engine knows none by this name, and says so.
            let sql = if piped.next().is_none() { column.sql.clone() } else { None };
            let sql = sql.unwrap_or_else(|| quote(name));
            return Found::Is(Resolved { sql, kind: column.kind.clone() });
        }
        for part in &self.star {
            if let StarPart::Merged(merged) = part
                && merged.name.eq_ignore_ascii_case(name)
            {
                let bare = quote(&merged.name);
                let sql = if inner.is_empty() { None } else { merged.sql.clone() };
                return Found::Is(Resolved { sql: sql.unwrap_or(bare), kind: merged.kind.clone() });
            }
        }
        // The elements of an array go by its alias, before any column.
        let elements = self.sources.iter().filter(|source| {
            source.element.is_some()
                && source.alias.as_deref().is_some_and(|alias| alias.eq_ignore_ascii_case(name))
        });
        for source in elements.chain(self.open_sources()) {
            if let Some(found) = self.column_of(source, name, inner) {
                return Found::Is(found);
            }
        }
        if self.open_sources().any(|source| !source.columns.complete) {
            return Found::Maybe;
        }
        if self.phase == Phase::Results
            && let Some((_, kind)) = field(&self.aliases, name)
        {
            return Found::Is(Resolved { sql: quote(name), kind: kind.clone() });
        }
        Found::No
    }

    fn column_of(&self, source: &Source, name: &str, inner: &[Self]) -> Option<Resolved> {
        let is_hidden = |table: &str| {
            inner.iter().flat_map(|scope| &scope.sources).any(|source| source.table == table)
        };
        let column = |column: &str, ambiguous: bool| {
            if source.only_by_alias {
                source.sql_of(column)
            } else if ambiguous || !inner.is_empty() && !is_hidden(&source.table) {
                format!("{}.{}", quote(&source.table), quote(column))
            } else {
                quote(column)
            }
        };
        if let Some((element, kind)) = &source.element {
            let ambiguous = self.sources.iter().any(|other| {
                other.table != source.table && field(&other.columns.columns, element).is_some()
            });
            if source.alias.as_deref().is_some_and(|alias| alias.eq_ignore_ascii_case(name)) {
                return Some(Resolved { sql: column(element, ambiguous), kind: kind.clone() });
            }
            if let Type::Struct(fields) = kind
                && let Some((field, inner)) = field(fields, name)
            {
                let sql = format!("{}.{}", column(element, ambiguous), quote(field));
                return Some(Resolved { sql, kind: inner.clone() });
            }
        }
        let (_, kind) = field(&source.columns.columns, name)?;
        Some(Resolved { sql: column(name, false), kind: kind.clone() })
    }

    /// The item of the SELECT list with this name.
    pub fn named(&self, name: &str) -> Named<'_> {
        let mut named = self.items.iter().filter(|item| item.name.eq_ignore_ascii_case(name));
        match named.next() {
            None => Named::None,
            Some(first) if named.all(|other| other.sql == first.sql) => Named::One(first),
            Some(_) => Named::Several,
        }
    }

    /// An item of the SELECT list, by its alias where that can mean nothing else: the engine prefers
    /// a column of FROM.
    fn result(&self, name: &str, outer: bool) -> Option<Resolved> {
        let Named::One(item) = self.named(name) else { return None };
        let sql = if outer || self.may_be_column(name) { item.sql.clone() } else { quote(name) };
        Some(Resolved { sql, kind: item.kind.clone() })
    }

    /// The FROM item of an alias.
    pub fn source(&self, alias: &str) -> Option<&Source> {
        self.sources.iter().find(|source| {
            source.alias.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(alias))
        })
    }

    /// The items of FROM whose columns need no alias before them.
    pub fn open_sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.only_by_alias)
    }

    /// Whether a column of FROM has, or may have, this name.
    pub fn may_be_column(&self, name: &str) -> bool {
        let piped = self.star.iter().any(|part| match part {
            StarPart::Column(column) => column.name.eq_ignore_ascii_case(name),
            StarPart::Merged(_) | StarPart::Source(..) => false,
        });
        piped
            || self.open_sources().any(|source| {
                !source.columns.complete || field(&source.columns.columns, name).is_some()
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
