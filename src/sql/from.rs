//! FROM: tables, subqueries, UNNEST, joins.

use sqlparser::ast::{
    Expr, Join, JoinConstraint, JoinOperator, ObjectName, TableFactor, TableWithJoins,
};

use super::{
    queries::name_parts,
    scope::{Columns, Merged, Scope, Source, StarPart, field},
    translate::Translator,
    types::{Type, quote},
};

impl Translator<'_> {
    /// An item of FROM with its joins, which are with what `*` has from `start` on: a comma joins
    /// as JOIN does.
    pub fn table_with_joins(&mut self, table: &TableWithJoins, start: usize) -> String {
        let mut out = self.table(&table.relation);
        for join in &table.joins {
            out.push_str(&self.join(join, start));
        }
        out
    }

    /// How many parts `*` has so far.
    fn star_length(&self) -> usize {
        self.scopes.last().map_or(0, |scope| scope.star.len())
    }

    /// A join to what `*` has from `start` on.
    fn join(&mut self, join: &Join, start: usize) -> String {
        let (keyword, constraint) = match &join.join_operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => {
                ("JOIN", constraint)
            }
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                ("LEFT JOIN", constraint)
            }
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
                ("RIGHT JOIN", constraint)
            }
            JoinOperator::FullOuter(constraint) => ("FULL JOIN", constraint),
            JoinOperator::CrossJoin(constraint) => ("CROSS JOIN", constraint),
            other => {
                let name = format!("{other:?}");
                let name = name.split('(').next().unwrap_or_default().to_owned();
                self.refuse(
                    "unsupported-syntax",
                    format!("join `{name}` is not supported"),
                    &join.relation,
                    None,
                );
                ("JOIN", &JoinConstraint::None)
            }
        };
        let right = self.star_length();
        let table = self.table(&join.relation);
        // An array of a neighbour needs no condition.
        let unnest = table.starts_with("LATERAL ");
        let mut out = format!(" {keyword} {table}");
        match constraint {
            JoinConstraint::On(condition) => {
                out.push_str(&format!(" ON {}", self.condition(condition, "ON")));
            }
            JoinConstraint::Using(names) => {
                let names: Vec<String> =
                    names.iter().map(|name| name_parts(name).join(".")).collect();
                self.merge(&names, start, right, keyword, &join.relation);
                let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
                out.push_str(&format!(" USING ({})", names.join(", ")));
            }
            JoinConstraint::Natural => {
                self.refuse(
                    "unsupported-syntax",
                    "NATURAL JOIN is not GoogleSQL",
                    &join.relation,
                    None,
                );
            }
            JoinConstraint::None if keyword == "LEFT JOIN" && unnest => out.push_str(" ON TRUE"),
            JoinConstraint::None if keyword == "JOIN" && unnest => out.push_str(" ON TRUE"),
            JoinConstraint::None => {}
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
        place: &TableFactor,
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
                StarPart::Merged(merged) if is_merged(&merged.name) => {}
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

    /// One item of FROM; it becomes visible in the innermost scope.
    pub fn table(&mut self, table: &TableFactor) -> String {
        match table {
            TableFactor::Table { name, alias, args, version, sample, .. } => {
                if args.is_some() {
                    self.refuse(
                        "unsupported-syntax",
                        format!("table function `{name}` is not supported on the embedded engine"),
                        table,
                        None,
                    );
                }
                if version.is_some() {
                    self.refuse(
                        "unsupported-syntax",
                        "FOR SYSTEM_TIME AS OF has no counterpart on the embedded engine",
                        table,
                        Some("keep versions with a snapshot"),
                    );
                }
                if sample.is_some() {
                    self.refuse(
                        "unsupported-syntax",
                        "TABLESAMPLE is not supported on the embedded engine",
                        table,
                        None,
                    );
                }
                if let Some(alias) = alias {
                    self.refuse_column_list(alias, table);
                }
                let alias = alias.as_ref().map(|alias| alias.name.value.clone());
                self.named_table(name, alias, table)
            }
            TableFactor::Derived { subquery, alias, .. } => {
                // A subquery in FROM does not see its neighbours.
                let held = self.scopes.pop();
                let (text, columns) = self.query(subquery);
                self.scopes.extend(held);
                if let Some(alias) = alias {
                    self.refuse_column_list(alias, table);
                }
                let alias = alias.as_ref().map(|alias| alias.name.value.clone());
                let shown = alias.clone().unwrap_or_else(|| self.fresh("sub"));
                let element = value_column(&columns);
                self.add_source(Source { alias, table: shown.clone(), columns, element });
                format!("({text}) AS {}", quote(&shown))
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, .. } => {
                let [array] = array_exprs.as_slice() else {
                    self.refuse("unsupported-syntax", "UNNEST takes one array", table, None);
                    return String::new();
                };
                let alias = alias.as_ref().map(|alias| alias.name.value.clone());
                let offset = with_offset.then(|| {
                    with_offset_alias
                        .as_ref()
                        .map_or("offset".to_owned(), |name| name.value.clone())
                });
                self.unnest(array, alias, offset)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                if alias.is_some() {
                    self.refuse(
                        "unsupported-syntax",
                        "an alias on a parenthesised join is not supported",
                        table,
                        None,
                    );
                }
                let start = self.star_length();
                format!("({})", self.table_with_joins(table_with_joins, start))
            }
            TableFactor::Pivot { .. } => self.pivot(table),
            TableFactor::Unpivot { .. } => self.unpivot(table),
            other => {
                self.refuse(
                    "unsupported-syntax",
                    format!("`{other}` is not supported in FROM"),
                    other,
                    None,
                );
                String::new()
            }
        }
    }

    fn named_table(
        &mut self,
        name: &ObjectName,
        alias: Option<String>,
        place: &TableFactor,
    ) -> String {
        let parts = name_parts(name);
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
                });
                return format!("{} AS {}", quote(&cte), quote(&known_as));
            }
        } else if self.scopes.iter().rev().any(|scope| scope.source(&parts[0]).is_some()) {
            // `FROM orders, orders.lines`: an array of a neighbour.
            let array = self.path(&parts, place);
            return self.unnest_typed(array.sql, array.kind, Some(known_as), None);
        }
        if parts.iter().any(|part| part.ends_with('*')) {
            self.refuse(
                "unsupported-syntax",
                format!("wildcard table `{name}` is not supported on the embedded engine"),
                place,
                Some("UNION ALL the tables"),
            );
        }
        if parts.iter().any(|part| part.eq_ignore_ascii_case("INFORMATION_SCHEMA")) {
            self.refuse(
                "unsupported-syntax",
                "INFORMATION_SCHEMA is not supported on the embedded engine",
                place,
                Some("guard it with `target.name`, or use `adapter.get_columns_in_relation`"),
            );
        }
        let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
        let columns = match self.schemas.columns(&borrowed) {
            Some(columns) => Columns {
                columns: columns
                    .into_iter()
                    .map(|column| {
                        let kind = super::parse::data_type(&column.data_type)
                            .and_then(|parsed| Type::from_ast(&parsed));
                        (column.name, kind.unwrap_or_default())
                    })
                    .collect(),
                complete: true,
                is_value: false,
            },
            None => Columns::default(),
        };
        let path: Vec<String> = parts.iter().map(|part| quote(part)).collect();
        self.add_source(Source {
            alias: Some(known_as.clone()),
            table: known_as.clone(),
            columns,
            element: None,
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
            self.add_source(Source { alias: None, table: table.clone(), columns, element: None });
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
        self.add_source(Source { alias, table: table.clone(), columns, element });
        format!("LATERAL (SELECT {items}) AS {}", quote(&table))
    }
}

/// The column of a value table, which its alias means.
fn value_column(columns: &Columns) -> Option<(String, Type)> {
    if columns.is_value { columns.columns.first().cloned() } else { None }
}

/// A column of one side of a join, with its table.
fn side(scope: &Scope, parts: &[StarPart], name: &str) -> Option<(String, Type)> {
    parts.iter().find_map(|part| match part {
        StarPart::Merged(merged) if merged.name.eq_ignore_ascii_case(name) => {
            Some((merged.sql.clone()?, merged.kind.clone()))
        }
        StarPart::Merged(_) => None,
        StarPart::Source(at, _) => {
            let source = scope.sources.get(*at)?;
            let (column, kind) = field(&source.columns.columns, name)?;
            Some((format!("{}.{}", quote(&source.table), quote(column)), kind.clone()))
        }
    })
}
