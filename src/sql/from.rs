//! FROM: tables, subqueries, UNNEST, joins.

use super::{
    ast::{Condition, Expr, ExprKind, From, Join, JoinKind, Path, Table, TableKind},
    scope::{Columns, Merged, Scope, Source, StarPart, field},
    translate::Translator,
    types::{Type, quote},
};
use crate::relation::is_pseudo_column;

impl Translator<'_> {
    /// An item of FROM with its joins, which are with what `*` has from `start` on: a comma joins
    /// as JOIN does.
    pub fn table_with_joins(&mut self, from: &From, start: usize) -> String {
        let mut out = self.table(&from.table);
        for join in &from.joins {
            out.push_str(&self.join(join, start));
        }
        out
    }

    /// How many parts `*` has so far.
    fn star_length(&self) -> usize {
        self.scopes.last().map_or(0, |scope| scope.star.len())
    }

    /// A join to what `*` has from `start` on.
    pub fn join(&mut self, join: &Join, start: usize) -> String {
        let keyword = match join.kind {
            JoinKind::Cross => "CROSS JOIN",
            JoinKind::Inner => "JOIN",
            JoinKind::Left => "LEFT JOIN",
            JoinKind::Right => "RIGHT JOIN",
            JoinKind::Full => "FULL JOIN",
        };
        let right = self.star_length();
        let table = self.table(&join.table);
        // An array of a neighbour needs no condition.
        let unnest = table.starts_with("LATERAL ");
        let mut out = format!(" {keyword} {table}");
        match &join.condition {
            // The engine joins an array's elements outwardly on nothing but comparisons.
            Some(Condition::On(condition)) if unnest && join.kind == JoinKind::Left => {
                let condition = self.condition(condition, "ON");
                let (rows, alias) = table.rsplit_once(" AS ").unwrap_or((&table, "t"));
                let rows = rows.strip_prefix("LATERAL ").unwrap_or(rows);
                out = format!(
                    " {keyword} LATERAL (SELECT * FROM {rows} AS {alias} WHERE {condition}) AS {alias} ON TRUE"
                );
            }
            Some(Condition::On(condition)) => {
                out.push_str(&format!(" ON {}", self.condition(condition, "ON")));
            }
            Some(Condition::Using(names)) => {
                let names: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
                self.merge(&names, start, right, keyword, &join.table);
                let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
                out.push_str(&format!(" USING ({})", names.join(", ")));
            }
            None if matches!(join.kind, JoinKind::Left | JoinKind::Inner) && unnest => {
                out.push_str(" ON TRUE");
            }
            None => {}
        }
        out
    }

    /// The columns of USING come first in `*`, once for both sides
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#using_clause>).
    fn merge(
        &mut self,
        names: &[String],
        start: usize,
        right: usize,
        keyword: &str,
        place: &Table,
    ) {
        let Some(scope) = self.scopes.last_mut() else { return };
        let right_parts = scope.star.split_off(right);
        let left_parts = scope.star.split_off(start);
        let mut of_floats = None;
        for name in names {
            let (left, right) = (side(scope, &left_parts, name), side(scope, &right_parts, name));
            let (sql, kind) = match (left, right) {
                (Some((left, kind)), Some((right, right_kind))) => {
                    let sql = match keyword {
                        "FULL JOIN" => format!("COALESCE({left}, {right})"),
                        "RIGHT JOIN" => right,
                        _ => left,
                    };
                    if kind == Type::Float64 || right_kind == Type::Float64 {
                        of_floats = Some(name.clone());
                    }
                    (Some(sql), kind.common(&right_kind))
                }
                _ => (None, Type::Unknown),
            };
            scope.star.push(StarPart::Merged(Merged { name: name.clone(), kind, sql }));
        }
        let is_merged = |name: &String| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        for part in left_parts.into_iter().chain(right_parts) {
            match part {
                StarPart::Column(merged) | StarPart::Merged(merged) if is_merged(&merged.name) => {}
                StarPart::Source(at, mut without) => {
                    let columns = &scope.sources[at].columns;
                    let has = |name: &&String| {
                        !columns.complete || field(&columns.columns, name).is_some()
                    };
                    let mut more: Vec<String> = names.iter().filter(has).cloned().collect();
                    more.retain(|name| {
                        !without.iter().any(|other| other.eq_ignore_ascii_case(name))
                    });
                    without.extend(more);
                    scope.star.push(StarPart::Source(at, without));
                }
                other => scope.star.push(other),
            }
        }
        if let Some(name) = of_floats {
            let message = format!("USING of the FLOAT64 column `{name}` is not supported");
            let help = "write ON with `=`: NaN would be equal to NaN here";
            self.refuse("unsupported-syntax", message, place, Some(help));
        }
    }

    /// A new item of FROM.
    pub fn add_source(&mut self, source: Source) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.star.push(StarPart::Source(scope.sources.len(), Vec::new()));
            scope.sources.push(source);
        }
    }

    /// A table of the warehouse's as a new item of FROM.
    pub fn add_stored(&mut self, source: Source) {
        let hidden = source.columns.columns.iter().map(|(name, _)| name);
        let hidden = hidden.filter(|name| is_pseudo_column(name)).cloned().collect();
        self.add_source(source);
        if let Some(StarPart::Source(_, without)) =
            self.scopes.last_mut().and_then(|scope| scope.star.last_mut())
        {
            *without = hidden;
        }
    }

    /// One item of FROM; it becomes visible in the innermost scope.
    pub fn table(&mut self, table: &Table) -> String {
        let text = self.table_of(table);
        match &table.sample {
            Some(share) => self.sampled(&text, share),
            None => text,
        }
    }

    /// A part of a table's rows, taken by chance.
    pub fn sampled(&mut self, table: &str, share: &Expr) -> String {
        match &share.bare().kind {
            ExprKind::Number(share) if !table.starts_with("LATERAL ") => {
                format!("{table} TABLESAMPLE bernoulli({share} PERCENT)")
            }
            _ => {
                let message = "TABLESAMPLE takes a number of percent that is written out";
                self.refuse("unsupported-syntax", message, share, None).sql
            }
        }
    }

    fn table_of(&mut self, table: &Table) -> String {
        if let Some(alias) = &table.alias {
            self.refuse_column_list(alias, &table.columns);
        }
        let alias = table.alias.as_ref().map(|alias| alias.value.clone());
        let offset = table.offset.as_ref().map(|alias| {
            alias.as_ref().map_or_else(|| "offset".to_owned(), |alias| alias.value.clone())
        });
        let takes_offset = matches!(table.kind, TableKind::Unnest(_) | TableKind::Named { .. });
        if offset.is_some() && !takes_offset {
            self.refuse("sql-syntax", "WITH OFFSET needs an array", table, None);
        }
        match &table.kind {
            TableKind::Named { name, system_time } => {
                if let Some(time) = system_time {
                    self.refuse(
                        "unsupported-syntax",
                        "FOR SYSTEM_TIME AS OF has no counterpart on the embedded engine",
                        time,
                        Some("keep versions with a snapshot"),
                    );
                }
                self.named_table(name, alias, offset, table)
            }
            TableKind::Function(name, _) => {
                let message =
                    format!("table function `{name}` is not supported on the embedded engine");
                self.refuse("unsupported-syntax", message, name, None);
                String::new()
            }
            TableKind::Query(query) => {
                // A subquery in FROM does not see its neighbours.
                let held = self.scopes.pop();
                let (text, columns) = self.query(query);
                self.scopes.extend(held);
                let shown = alias.clone().unwrap_or_else(|| self.fresh("sub"));
                let element = value_column(&columns);
                self.add_source(Source {
                    alias,
                    table: shown.clone(),
                    columns,
                    element,
                    ..Source::default()
                });
                format!("({text}) AS {}", quote(&shown))
            }
            TableKind::Unnest(arrays) => match arrays.as_slice() {
                [array] => self.unnest(array, alias, offset),
                _ => {
                    let message = "UNNEST of several arrays is not supported";
                    self.refuse("unsupported-syntax", message, table, None);
                    String::new()
                }
            },
            TableKind::Nested(from) => {
                if alias.is_some() {
                    let message = "joins in parentheses take no alias";
                    self.refuse("sql-syntax", message, table, None);
                }
                let start = self.star_length();
                format!("({})", self.table_with_joins(from, start))
            }
            TableKind::Pivot(input, pivot) => self.pivot(input, pivot, alias, table),
            TableKind::Unpivot(input, unpivot) => self.unpivot(input, unpivot, alias, table),
        }
    }

    fn named_table(
        &mut self,
        name: &Path,
        alias: Option<String>,
        offset: Option<String>,
        place: &Table,
    ) -> String {
        let parts = name.names();
        let last = parts.last().cloned().unwrap_or_default();
        let known_as = alias.clone().unwrap_or_else(|| last.clone());
        if parts.len() == 1 {
            let cte =
                self.ctes.iter().rev().find(|(cte, _)| cte.eq_ignore_ascii_case(&last)).cloned();
            if let Some((cte, columns)) = cte {
                let element = value_column(&columns);
                self.add_source(Source {
                    alias: Some(known_as.clone()),
                    table: known_as.clone(),
                    columns,
                    element,
                    ..Source::default()
                });
                return format!("{} AS {}", quote(&cte), quote(&known_as));
            }
        } else if self.scopes.iter().rev().any(|scope| scope.source(&parts[0]).is_some()) {
            // `FROM orders, orders.lines`: an array of a neighbour.
            let array = self.path(&parts, place);
            return self.unnest_typed(array.sql, array.kind, Some(known_as), offset);
        }
        if offset.is_some() {
            self.refuse("sql-syntax", "WITH OFFSET needs an array", place, None);
        }
        if last.ends_with('*') {
            return self.wildcard_table(name, known_as);
        }
        if parts.iter().any(|part| part.eq_ignore_ascii_case("INFORMATION_SCHEMA")) {
            self.refuse(
                "unsupported-syntax",
                "INFORMATION_SCHEMA is not supported on the embedded engine",
                place,
                Some("guard it with `target.name`, or use `adapter.get_columns_in_relation`"),
            );
        }
        let columns = self.table_columns(name).map(Columns::all).unwrap_or_default();
        let path: Vec<String> = parts.iter().map(|part| quote(part)).collect();
        self.add_stored(Source {
            alias: Some(known_as.clone()),
            table: known_as.clone(),
            columns,
            ..Source::default()
        });
        format!("{} AS {}", path.join("."), quote(&known_as))
    }

    fn unnest(&mut self, array: &Expr, alias: Option<String>, offset: Option<String>) -> String {
        let typed = self.expression(array);
        self.unnest_typed(typed.sql, typed.kind, alias, offset)
    }

    fn unnest_typed(
        &mut self,
        array: String,
        kind: Type,
        alias: Option<String>,
        offset: Option<String>,
    ) -> String {
        let element = match kind {
            Type::Array(element) => *element,
            _ => Type::Unknown,
        };
        let table = self.fresh("unnest");
        if let (None, Type::Struct(fields), None) = (&alias, &element, &offset) {
            // Without a name the fields are the columns.
            let columns = Columns::all(fields.clone());
            self.add_source(Source {
                alias: None,
                table: table.clone(),
                columns,
                ..Source::default()
            });
            return format!(
                "LATERAL (SELECT unnest({array}, max_depth := 2)) AS {}",
                quote(&table)
            );
        }
        let column = alias.clone().unwrap_or_else(|| format!("{table}_value"));
        let mut columns = Columns {
            columns: vec![(column.clone(), element.clone())],
            complete: true,
            is_value: false,
        };
        let mut items = format!("unnest({array}) AS {}", quote(&column));
        if let Some(offset) = &offset {
            items.push_str(&format!(
                ", CAST(generate_subscripts({array}, 1) - 1 AS BIGINT) AS {}",
                quote(offset)
            ));
            columns.columns.push((offset.clone(), Type::Int64));
        }
        let element = Some((column, element));
        self.add_source(Source {
            alias,
            table: table.clone(),
            columns,
            element,
            ..Source::default()
        });
        format!("LATERAL (SELECT {items}) AS {}", quote(&table))
    }
}

/// The column of a value table, which its alias means.
pub(super) fn value_column(columns: &Columns) -> Option<(String, Type)> {
    if columns.is_value { columns.columns.first().cloned() } else { None }
}

/// A column of one side of a join, with its table.
fn side(scope: &Scope, parts: &[StarPart], name: &str) -> Option<(String, Type)> {
    parts.iter().find_map(|part| match part {
        StarPart::Column(merged) | StarPart::Merged(merged)
            if merged.name.eq_ignore_ascii_case(name) =>
        {
            Some((merged.sql.clone()?, merged.kind.clone()))
        }
        StarPart::Column(_) | StarPart::Merged(_) => None,
        StarPart::Source(at, _) => {
            let source = scope.sources.get(*at)?;
            let (column, kind) = field(&source.columns.columns, name)?;
            Some((format!("{}.{}", quote(&source.table), quote(column)), kind.clone()))
        }
    })
}
