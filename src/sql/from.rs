//! FROM: tables, subqueries, UNNEST, joins.

use sqlparser::ast::{
    Expr, Join, JoinConstraint, JoinOperator, ObjectName, TableFactor, TableWithJoins,
};

use super::{
    queries::name_parts,
    scope::{Columns, Source},
    translate::Translator,
    types::{Type, quote},
};

impl Translator<'_> {
    /// An item of FROM with its joins.
    pub fn table_with_joins(&mut self, table: &TableWithJoins, first: bool) -> String {
        let mut out = self.table(&table.relation, first);
        for join in &table.joins {
            out.push_str(&self.join(join));
        }
        out
    }

    fn join(&mut self, join: &Join) -> String {
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
        let unnest = matches!(join.relation, TableFactor::UNNEST { .. });
        let table = self.table(&join.relation, false);
        let mut out = format!(" {keyword} {table}");
        match constraint {
            JoinConstraint::On(condition) => {
                out.push_str(&format!(" ON {}", self.expression(condition).sql));
            }
            JoinConstraint::Using(names) => {
                let names: Vec<String> =
                    names.iter().map(|name| quote(&name_parts(name).join("."))).collect();
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

    fn add_source(&mut self, source: Source) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.sources.push(source);
        }
    }

    /// One item of FROM; it becomes visible in the innermost scope.
    fn table(&mut self, table: &TableFactor, first: bool) -> String {
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
                self.add_source(Source { alias, columns, element });
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
                self.unnest(array, alias, offset, first)
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
                format!("({})", self.table_with_joins(table_with_joins, first))
            }
            TableFactor::Pivot { .. } => {
                self.refuse(
                    "unsupported-syntax",
                    "PIVOT is not supported on the embedded engine",
                    table,
                    Some("write one conditional aggregate a column: SUM(IF(…))"),
                );
                String::new()
            }
            TableFactor::Unpivot { .. } => {
                self.refuse(
                    "unsupported-syntax",
                    "UNPIVOT is not supported on the embedded engine",
                    table,
                    Some("cross join UNNEST of an array of structs"),
                );
                String::new()
            }
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
                self.add_source(Source { alias: Some(known_as.clone()), columns, element });
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
        self.add_source(Source { alias: Some(known_as.clone()), columns, element: None });
        format!("{} AS {}", path.join("."), quote(&known_as))
    }

    fn unnest(
        &mut self,
        array: &Expr,
        alias: Option<String>,
        offset: Option<String>,
        first: bool,
    ) -> String {
        let typed = self.expression(array);
        let _ = first;
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
            self.add_source(Source { alias: None, columns, element: None });
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
        self.add_source(Source { alias, columns, element: Some((column, element)) });
        format!("LATERAL (SELECT {items}) AS {}", quote(&table))
    }
}

/// The column of a value table, which its alias means.
fn value_column(columns: &Columns) -> Option<(String, Type)> {
    if columns.is_value { columns.columns.first().cloned() } else { None }
}
