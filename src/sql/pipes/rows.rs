//! Rows on their way through pipes: the engine's FROM with what is in sight.

use crate::sql::{
    ast::{From, Spanned, Star},
    from::value_column,
    scope::{Columns, Merged, Scope, Source, StarPart},
    star::List,
    translate::Translator,
    types::{Type, quote},
};

/// Rows between two pipes.
#[derive(Clone, Debug, Default)]
pub(in crate::sql) struct Rows {
    /// What stands behind FROM.
    pub from: String,
    /// What stands behind WHERE.
    pub conditions: Vec<String>,
    /// What is in sight.
    pub scope: Scope,
    /// What stands behind ORDER BY.
    pub order: Option<String>,
}

/// A column in sight.
#[derive(Clone, Debug)]
pub(in crate::sql) struct Visible {
    /// Its name.
    pub name: String,
    /// What it is over the engine's FROM.
    pub sql: String,
    /// Its type.
    pub kind: Type,
}

/// What is asked of the rows together with their columns.
#[derive(Clone, Debug, Default)]
pub(in crate::sql) struct Clauses {
    /// DISTINCT
    pub distinct: bool,
    /// What stands behind WINDOW.
    pub windows: String,
    /// What stands behind QUALIFY.
    pub qualify: Option<String>,
    /// What stands behind LIMIT.
    pub limit: String,
}

impl Rows {
    /// ` FROM … WHERE …`
    fn source_text(&self) -> String {
        let mut text = format!(" FROM {}", self.from);
        if !self.conditions.is_empty() {
            text.push_str(&format!(" WHERE {}", self.conditions.join(" AND ")));
        }
        text
    }

    /// ` ORDER BY …`
    fn order_text(&self) -> String {
        self.order.as_ref().map(|keys| format!(" ORDER BY {keys}")).unwrap_or_default()
    }

    /// All columns, where they are known.
    pub fn visible(&self) -> Option<Vec<Visible>> {
        let mut all = Vec::new();
        let mut push = |name: &str, sql: String, kind: &Type| {
            all.push(Visible { name: name.to_owned(), sql, kind: kind.clone() });
        };
        for part in &self.scope.star {
            let (at, without) = match part {
                StarPart::Column(column) => {
                    push(&column.name, column.sql.clone()?, &column.kind);
                    continue;
                }
                StarPart::Merged(merged) => {
                    push(&merged.name, quote(&merged.name), &merged.kind);
                    continue;
                }
                StarPart::Source(at, without) => (*at, without),
            };
            let source = self.scope.sources.get(at)?;
            if !source.columns.complete {
                return None;
            }
            let mut columns = source.columns.columns.as_slice();
            if let Some((element, kind)) = &source.element {
                columns = &columns[1..];
                match kind {
                    Type::Struct(fields) => {
                        for (field, kind) in fields {
                            push(
                                field,
                                format!("{}.{}", source.sql_of(element), quote(field)),
                                kind,
                            );
                        }
                    }
                    Type::Unknown => return None,
                    kind => {
                        let name = source.alias.as_deref().unwrap_or("f0_");
                        push(name, source.sql_of(element), kind);
                    }
                }
            }
            for (name, kind) in columns {
                if !without.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                    push(name, source.sql_of(name), kind);
                }
            }
        }
        Some(all)
    }
}

impl Translator<'_> {
    /// The rows of `FROM …`.
    pub fn rows_from(&mut self, tables: &[From]) -> Rows {
        self.scopes.push(Scope::default());
        let texts: Vec<String> =
            tables.iter().map(|table| self.table_with_joins(table, 0)).collect();
        let scope = self.scopes.pop().unwrap_or_default();
        Rows { from: texts.join(" CROSS JOIN "), scope, ..Rows::default() }
    }

    /// The rows of a query.
    pub fn rows_of(&mut self, text: &str, columns: Columns) -> Rows {
        let table = self.fresh("pipe");
        let element = value_column(&columns);
        let from = format!("({text}) AS {}", quote(&table));
        let source = Source { table, columns, element, ..Source::default() };
        let star = vec![StarPart::Source(0, Vec::new())];
        let scope = Scope { sources: vec![source], star, ..Scope::default() };
        Rows { from, scope, ..Rows::default() }
    }

    /// The query that the rows are.
    pub fn rows_text(&mut self, rows: &Rows, place: &impl Spanned) -> (String, Columns) {
        let whole = format!("{}{}", rows.source_text(), rows.order_text());
        if let ([source], [StarPart::Source(..)]) =
            (rows.scope.sources.as_slice(), rows.scope.star.as_slice())
            && let Some((element, kind)) = &source.element
            && source.columns.columns.len() == 1
        {
            // The rows are values.
            let columns = vec![(element.clone(), kind.clone())];
            let text = format!("SELECT {} AS {}{whole}", source.sql_of(element), quote(element));
            return (text, Columns { columns, complete: true, is_value: true });
        }
        if let Some(visible) = rows.visible() {
            let item = |column: &Visible| format!("{} AS {}", column.sql, quote(&column.name));
            let items: Vec<String> = visible.iter().map(item).collect();
            let columns = visible.into_iter().map(|column| (column.name, column.kind)).collect();
            return (format!("SELECT {}{whole}", items.join(", ")), Columns::all(columns));
        }
        let mut list = List { texts: Vec::new(), columns: Columns::all(Vec::new()) };
        let star = Star { of: None, except: Vec::new(), replace: Vec::new(), span: place.span() };
        self.scopes.push(rows.scope.clone());
        self.star(&star, &mut list);
        self.scopes.pop();
        (format!("SELECT {}{whole}", list.texts.join(", ")), list.columns)
    }

    /// The rows with these columns in sight. What aliases lead to stays beside them.
    pub fn with_columns(&mut self, rows: &Rows, visible: &[Visible], clauses: &Clauses) -> Rows {
        let table = self.fresh("pipe");
        let mut items = Vec::new();
        let mut star = Vec::new();
        let mut names = Vec::new();
        for column in visible {
            let same = |other: &&Visible| other.name.eq_ignore_ascii_case(&column.name);
            let name = match visible.iter().filter(same).count() {
                1 => column.name.clone(),
                _ => self.fresh("c"),
            };
            items.push(format!("{} AS {}", column.sql, quote(&name)));
            let sql = Some(format!("{}.{}", quote(&table), quote(&name)));
            let (shown, kind) = (column.name.clone(), column.kind.clone());
            star.push(StarPart::Column(Merged { name: shown, kind, sql }));
            names.push((column.sql.clone(), name));
        }
        let mut sources = Vec::new();
        for source in rows.scope.sources.iter().filter(|source| source.alias.is_some()) {
            let mut renamed = Vec::new();
            let mut kept = Vec::new();
            for (column, kind) in &source.columns.columns {
                let sql = source.sql_of(column);
                let known = names.iter().find(|(other, _)| *other == sql);
                let name = match known {
                    Some((_, name)) => name.clone(),
                    // Rows that are different are no more so by what is not in sight.
                    None if clauses.distinct => continue,
                    None => {
                        let name = self.fresh("c");
                        items.push(format!("{sql} AS {}", quote(&name)));
                        names.push((sql, name.clone()));
                        name
                    }
                };
                kept.push((column.clone(), kind.clone()));
                if name != *column {
                    renamed.push((column.clone(), name));
                }
            }
            let is_kept = |name: &str| kept.iter().any(|(column, _)| column == name);
            let element = source.element.clone().filter(|(name, _)| is_kept(name));
            let columns = Columns { columns: kept, ..source.columns.clone() };
            let (alias, table) = (source.alias.clone(), table.clone());
            sources.push(Source { alias, table, columns, element, renamed, only_by_alias: true });
        }
        let distinct = if clauses.distinct { "DISTINCT " } else { "" };
        let text = format!("SELECT {distinct}{}{}", items.join(", "), rows.ended(clauses));
        let from = format!("({text}) AS {}", quote(&table));
        Rows { from, scope: Scope { sources, star, ..Scope::default() }, ..Rows::default() }
    }

    /// Rows of one table whose columns are not known, with another `*`. Its alias stays where
    /// `keeps_alias`.
    pub fn with_star(
        &mut self,
        rows: &Rows,
        star: &str,
        clauses: &Clauses,
        keeps_alias: bool,
        place: &impl Spanned,
    ) -> Rows {
        let [source] = rows.scope.sources.as_slice() else {
            let message =
                "this pipe is not supported where the columns of joined tables are not known";
            let help = "name the columns with `|> SELECT` before";
            self.refuse("unsupported-syntax", message, place, Some(help));
            return rows.clone();
        };
        let (alias, table) = match keeps_alias {
            true => (source.alias.clone(), source.table.clone()),
            false => (None, self.fresh("pipe")),
        };
        let distinct = if clauses.distinct { "DISTINCT " } else { "" };
        let text = format!("SELECT {distinct}{star}{}", rows.ended(clauses));
        let from = format!("({text}) AS {}", quote(&table));
        let columns = match keeps_alias {
            true => source.columns.clone(),
            false => Columns::default(),
        };
        let source = Source { alias, table, columns, ..Source::default() };
        let star = vec![StarPart::Source(0, Vec::new())];
        let scope = Scope { sources: vec![source], star, ..Scope::default() };
        Rows { from, scope, ..Rows::default() }
    }

    /// The rows as one table of the engine.
    pub fn closed(&mut self, rows: &Rows, clauses: &Clauses, place: &impl Spanned) -> Rows {
        match rows.visible() {
            Some(visible) => self.with_columns(rows, &visible, clauses),
            None => self.with_star(rows, "*", clauses, true, place),
        }
    }
}

impl Rows {
    /// What stands behind the SELECT list.
    fn ended(&self, clauses: &Clauses) -> String {
        let mut text = self.source_text();
        if !clauses.windows.is_empty() {
            text.push_str(&format!(" WINDOW {}", clauses.windows));
        }
        if let Some(condition) = &clauses.qualify {
            text.push_str(&format!(" QUALIFY {condition}"));
        }
        text.push_str(&self.order_text());
        text.push_str(&clauses.limit);
        text
    }
}
