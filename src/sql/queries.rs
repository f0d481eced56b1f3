//! Queries: WITH, SELECT, FROM, set operations.

use sqlparser::ast::{
    Cte, Distinct, Expr, GroupByExpr, GroupByWithModifier, Join, JoinConstraint, JoinOperator,
    LimitClause, ObjectName, OrderBy, OrderByExpr, OrderByKind, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, SetOperator, SetQuantifier, TableFactor,
    TableWithJoins, ValueTableMode, WildcardAdditionalOptions,
};

use super::{
    scope::{Columns, Scope, Source},
    translate::Translator,
    types::{Type, quote},
};

impl Translator<'_> {
    /// A query with what it gives.
    pub fn query(&mut self, query: &Query) -> (String, Columns) {
        let ctes_before = self.ctes.len();
        let mut out = String::new();
        if let Some(with) = &query.with {
            let recursive = if with.recursive { "RECURSIVE " } else { "" };
            let mut tables = Vec::new();
            for cte in &with.cte_tables {
                tables.push(self.cte(cte, with.recursive));
            }
            out.push_str(&format!("WITH {recursive}{} ", tables.join(", ")));
        }
        if let Some(pipe) = query.pipe_operators.first() {
            let help = "write it as SELECT … FROM";
            self.refuse(
                "unsupported-syntax",
                format!("pipe syntax (`{pipe}`) is not supported"),
                query,
                Some(help),
            );
        }
        let (body, columns, aliases) = self.set_expression(&query.body);
        out.push_str(&body);
        // ORDER BY of the whole query sees the output and, for a plain SELECT, FROM.
        if let Some(order_by) = &query.order_by {
            self.scopes.push(aliases.unwrap_or_else(|| Scope {
                sources: Vec::new(),
                aliases: columns.columns.clone(),
            }));
            let text = self.order_by(order_by);
            self.scopes.pop();
            out.push_str(&text);
        }
        match &query.limit_clause {
            None => {}
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                if let Some(limit) = limit {
                    out.push_str(&format!(" LIMIT {}", self.expression(limit).sql));
                }
                if let Some(offset) = offset {
                    out.push_str(&format!(" OFFSET {}", self.expression(&offset.value).sql));
                }
            }
            Some(LimitClause::OffsetCommaLimit { .. }) => {
                self.refuse(
                    "unsupported-syntax",
                    "`LIMIT a, b` is not GoogleSQL",
                    query,
                    Some("write `LIMIT b OFFSET a`"),
                );
            }
        }
        self.ctes.truncate(ctes_before);
        (out, columns)
    }

    fn cte(&mut self, cte: &Cte, recursive: bool) -> String {
        let name = &cte.alias.name.value;
        if recursive {
            // Inside itself its columns are not known yet.
            self.ctes.push((name.clone(), Columns::default()));
        }
        let (text, columns) = self.query(&cte.query);
        if recursive {
            self.ctes.pop();
        }
        self.ctes.push((name.clone(), columns));
        format!("{} AS ({text})", quote(name))
    }

    fn set_expression(&mut self, body: &SetExpr) -> (String, Columns, Option<Scope>) {
        match body {
            SetExpr::Select(select) => {
                let (text, columns, scope) = self.select(select);
                (text, columns, Some(scope))
            }
            SetExpr::Query(query) => {
                let (text, columns) = self.query(query);
                (format!("({text})"), columns, None)
            }
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let (left_text, left_columns, _) = self.set_expression(left);
                let (right_text, right_columns, _) = self.set_expression(right);
                let operator = match (op, set_quantifier) {
                    (SetOperator::Union, SetQuantifier::All) => "UNION ALL",
                    (SetOperator::Union, SetQuantifier::Distinct) => "UNION",
                    (SetOperator::Intersect, SetQuantifier::Distinct) => "INTERSECT",
                    (SetOperator::Except, SetQuantifier::Distinct) => "EXCEPT",
                    _ => {
                        let message = format!("`{op} {set_quantifier}` is not supported");
                        let help = "GoogleSQL has UNION ALL, UNION DISTINCT, INTERSECT DISTINCT and EXCEPT DISTINCT";
                        self.refuse("unsupported-syntax", message, body, Some(help));
                        "UNION ALL"
                    }
                };
                let columns = merged(&left_columns, &right_columns);
                // Parentheses keep the left-to-right order that GoogleSQL asks for anyway.
                (format!("{left_text} {operator} {right_text}"), columns, None)
            }
            other => {
                self.refuse(
                    "unsupported-syntax",
                    format!("`{other}` is not supported in a query"),
                    other,
                    None,
                );
                (String::new(), Columns::default(), None)
            }
        }
    }

    fn select(&mut self, select: &Select) -> (String, Columns, Scope) {
        let mut scope = Scope::default();
        let mut from = String::new();
        self.scopes.push(Scope::default());
        for (at, table) in select.from.iter().enumerate() {
            let text = self.table_with_joins(table, at == 0);
            if at > 0 {
                from.push_str(" CROSS JOIN ");
            }
            from.push_str(&text);
        }
        if let Some(top) = self.scopes.last() {
            scope.sources.clone_from(&top.sources);
        }
        let selection = select.selection.as_ref().map(|condition| self.expression(condition).sql);
        let (items, columns) = self.projection(select);
        // GROUP BY, HAVING, QUALIFY and ORDER BY see the SELECT list's aliases too.
        scope.aliases =
            columns.columns.iter().filter(|(name, _)| !name.is_empty()).cloned().collect();
        if let Some(top) = self.scopes.last_mut() {
            top.aliases.clone_from(&scope.aliases);
        }
        let mut out = String::from("SELECT ");
        match &select.distinct {
            None | Some(Distinct::All) => {}
            Some(Distinct::Distinct) => out.push_str("DISTINCT "),
            Some(Distinct::On(_)) => {
                self.refuse(
                    "unsupported-syntax",
                    "DISTINCT ON is not GoogleSQL",
                    select,
                    Some("use QUALIFY ROW_NUMBER() … = 1"),
                );
            }
        }
        let (items, columns) = match &select.value_table_mode {
            Some(ValueTableMode::AsStruct | ValueTableMode::DistinctAsStruct) => {
                let fields: Vec<String> = columns
                    .columns
                    .iter()
                    .zip(&items)
                    .map(|((name, _), item)| {
                        let value =
                            item.rsplit_once(" AS \"").map_or(item.as_str(), |(value, _)| value);
                        format!("{} := {value}", quote(name))
                    })
                    .collect();
                let name = self.fresh("value");
                let kind = Type::Struct(columns.columns.clone());
                let item = format!("struct_pack({}) AS {}", fields.join(", "), quote(&name));
                (vec![item], Columns { columns: vec![(name, kind)], complete: true })
            }
            Some(ValueTableMode::AsValue | ValueTableMode::DistinctAsValue) | None => {
                (items, columns)
            }
        };
        out.push_str(&items.join(", "));
        if !from.is_empty() {
            out.push_str(" FROM ");
            out.push_str(&from);
        }
        if let Some(condition) = selection {
            out.push_str(" WHERE ");
            out.push_str(&condition);
        }
        out.push_str(&self.group_by(select));
        if let Some(condition) = &select.having {
            out.push_str(&format!(" HAVING {}", self.expression(condition).sql));
        }
        if !select.named_window.is_empty() {
            let windows: Vec<String> =
                select.named_window.iter().map(|window| self.named_window(window)).collect();
            out.push_str(&format!(" WINDOW {}", windows.join(", ")));
        }
        if let Some(condition) = &select.qualify {
            out.push_str(&format!(" QUALIFY {}", self.expression(condition).sql));
        }
        self.scopes.pop();
        (out, columns, scope)
    }

    fn group_by(&mut self, select: &Select) -> String {
        match &select.group_by {
            GroupByExpr::All(_) => " GROUP BY ALL".to_owned(),
            GroupByExpr::Expressions(expressions, modifiers) => {
                if let Some(modifier) = modifiers.first() {
                    let name = match modifier {
                        GroupByWithModifier::Rollup => "WITH ROLLUP",
                        GroupByWithModifier::Cube => "WITH CUBE",
                        _ => "this GROUP BY modifier",
                    };
                    self.refuse(
                        "unsupported-syntax",
                        format!("`{name}` is not GoogleSQL"),
                        select,
                        Some("write GROUP BY ROLLUP(…)"),
                    );
                }
                if expressions.is_empty() {
                    return String::new();
                }
                let texts: Vec<String> =
                    expressions.iter().map(|expression| self.grouping(expression)).collect();
                format!(" GROUP BY {}", texts.join(", "))
            }
        }
    }

    fn grouping(&mut self, expression: &Expr) -> String {
        let mut sets = |name: &str, sets: &[Vec<Expr>]| {
            let texts: Vec<String> = sets
                .iter()
                .map(|set| {
                    let parts: Vec<String> =
                        set.iter().map(|part| self.expression(part).sql).collect();
                    if parts.len() == 1 {
                        parts.join("")
                    } else {
                        format!("({})", parts.join(", "))
                    }
                })
                .collect();
            format!("{name} ({})", texts.join(", "))
        };
        match expression {
            Expr::Rollup(inner) => sets("ROLLUP", inner),
            Expr::Cube(inner) => sets("CUBE", inner),
            Expr::GroupingSets(inner) => sets("GROUPING SETS", inner),
            other => self.key(other),
        }
    }

    /// A key of GROUP BY or ORDER BY: a bare number is a column's position.
    fn key(&mut self, expression: &Expr) -> String {
        match expression {
            Expr::Value(value) if matches!(value.value, sqlparser::ast::Value::Number(..)) => {
                value.to_string()
            }
            other => self.expression(other).sql,
        }
    }

    /// The SELECT list: texts with aliases, and what they give.
    fn projection(&mut self, select: &Select) -> (Vec<String>, Columns) {
        let mut texts = Vec::new();
        let mut columns = Columns { columns: Vec::new(), complete: true };
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expression) => {
                    let typed = self.expression(expression);
                    let name = implied_name(expression);
                    match &name {
                        Some(name) => texts.push(format!("{} AS {}", typed.sql, quote(name))),
                        None => {
                            // BigQuery names such columns f0_, f1_, …
                            let name = format!("f{}_", columns.columns.len());
                            texts.push(format!("{} AS {}", typed.sql, quote(&name)));
                        }
                    }
                    let name = name.unwrap_or_else(|| format!("f{}_", columns.columns.len()));
                    columns.columns.push((name, typed.kind));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let typed = self.expression(expr);
                    texts.push(format!("{} AS {}", typed.sql, quote(&alias.value)));
                    columns.columns.push((alias.value.clone(), typed.kind));
                }
                SelectItem::ExprWithAliases { expr, .. } => {
                    self.refuse("unsupported-syntax", "an expression takes one alias", expr, None);
                }
                SelectItem::Wildcard(options) => {
                    let sources: Vec<Source> =
                        self.scopes.last().map(|scope| scope.sources.clone()).unwrap_or_default();
                    let mut all = Columns { columns: Vec::new(), complete: true };
                    for source in &sources {
                        all.complete &= source.columns.complete;
                        all.columns.extend(source.columns.columns.iter().cloned());
                    }
                    let nested = sources
                        .iter()
                        .any(|source| matches!(source.element, Some((_, Type::Struct(_)))));
                    if nested {
                        self.expanded_wildcard(&sources, options, item, &mut texts, &mut columns);
                        continue;
                    }
                    texts.push(format!("*{}", self.wildcard_options(options, &mut all)));
                    columns.complete &= all.complete;
                    columns.columns.extend(all.columns);
                }
                SelectItem::QualifiedWildcard(kind, options) => {
                    let (text, mut all) = self.qualified_wildcard(kind);
                    texts.push(format!("{text}{}", self.wildcard_options(options, &mut all)));
                    columns.complete &= all.complete;
                    columns.columns.extend(all.columns);
                }
            }
        }
        (texts, columns)
    }

    /// `*` over an unnested array of structs: the fields of the structs are columns.
    fn expanded_wildcard(
        &mut self,
        sources: &[Source],
        options: &WildcardAdditionalOptions,
        place: &SelectItem,
        texts: &mut Vec<String>,
        columns: &mut Columns,
    ) {
        if options.opt_except.is_some() || options.opt_replace.is_some() {
            let help = "name the columns, or give each FROM item its own `alias.* EXCEPT (…)`";
            self.refuse(
                "unsupported-syntax",
                "EXCEPT or REPLACE on `*` over UNNEST is not supported",
                place,
                Some(help),
            );
            return;
        }
        for source in sources {
            match (&source.element, &source.alias) {
                (Some((column, Type::Struct(fields))), _) => {
                    texts.push(format!("{}.*", quote(column)));
                    columns.columns.extend(fields.iter().cloned());
                }
                (_, Some(alias)) if source.element.is_none() => {
                    texts.push(format!("{}.*", quote(alias)));
                    columns.complete &= source.columns.complete;
                    columns.columns.extend(source.columns.columns.iter().cloned());
                }
                _ => {
                    let names = source.columns.columns.iter();
                    texts.extend(names.clone().map(|(name, _)| quote(name)));
                    columns.columns.extend(names.cloned());
                }
            }
        }
    }

    fn qualified_wildcard(&mut self, kind: &SelectItemQualifiedWildcardKind) -> (String, Columns) {
        match kind {
            SelectItemQualifiedWildcardKind::ObjectName(name) => {
                let parts = name_parts(name);
                let first = parts.first().cloned().unwrap_or_default();
                let found =
                    self.scopes.iter().rev().find_map(|scope| scope.source(&first).cloned());
                match found {
                    Some(source) if source.element.is_some() => {
                        let (column, kind) = source.element.unwrap_or_default();
                        let columns = match kind {
                            Type::Struct(fields) => Columns { columns: fields, complete: true },
                            _ => Columns::default(),
                        };
                        (format!("{}.*", quote(&column)), columns)
                    }
                    Some(source) => (format!("{}.*", quote(&first)), source.columns),
                    None => {
                        let path: Vec<String> = parts.iter().map(|part| quote(part)).collect();
                        (format!("{}.*", path.join(".")), Columns::default())
                    }
                }
            }
            SelectItemQualifiedWildcardKind::Expr(expression) => {
                let typed = self.expression(expression);
                let columns = match typed.kind {
                    Type::Struct(fields) => Columns { columns: fields, complete: true },
                    _ => Columns::default(),
                };
                (format!("unnest({})", typed.sql), columns)
            }
        }
    }

    fn wildcard_options(
        &mut self,
        options: &WildcardAdditionalOptions,
        all: &mut Columns,
    ) -> String {
        let mut out = String::new();
        if let Some(except) = &options.opt_except {
            let names: Vec<&String> = std::iter::once(&except.first_element)
                .chain(&except.additional_elements)
                .map(|name| &name.value)
                .collect();
            all.columns
                .retain(|(column, _)| !names.iter().any(|name| name.eq_ignore_ascii_case(column)));
            let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
            out.push_str(&format!(" EXCLUDE ({})", quoted.join(", ")));
        }
        if let Some(replace) = &options.opt_replace {
            let mut items = Vec::new();
            for item in &replace.items {
                let typed = self.expression(&item.expr);
                items.push(format!("{} AS {}", typed.sql, quote(&item.column_name.value)));
                for (column, kind) in &mut all.columns {
                    if column.eq_ignore_ascii_case(&item.column_name.value) {
                        kind.clone_from(&typed.kind);
                    }
                }
            }
            out.push_str(&format!(" REPLACE ({})", items.join(", ")));
        }
        out
    }

    fn table_with_joins(&mut self, table: &TableWithJoins, first: bool) -> String {
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
                let alias = alias.as_ref().map(|alias| alias.name.value.clone());
                self.named_table(name, alias, table)
            }
            TableFactor::Derived { subquery, alias, .. } => {
                // A subquery in FROM does not see its neighbours.
                let held = self.scopes.pop();
                let (text, columns) = self.query(subquery);
                self.scopes.extend(held);
                let alias = alias.as_ref().map(|alias| alias.name.value.clone());
                let shown = alias.clone().unwrap_or_else(|| self.fresh("sub"));
                self.add_source(Source { alias, columns, element: None });
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
                self.add_source(Source { alias: Some(known_as.clone()), columns, element: None });
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
            let columns = Columns { columns: fields.clone(), complete: true };
            self.add_source(Source { alias: None, columns, element: None });
            return format!(
                "LATERAL (SELECT unnest({array}, max_depth := 2)) AS {}",
                quote(&table)
            );
        }
        let column = alias.clone().unwrap_or_else(|| format!("{table}_value"));
        let mut columns =
            Columns { columns: vec![(column.clone(), element.clone())], complete: true };
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

    fn order_by(&mut self, order_by: &OrderBy) -> String {
        match &order_by.kind {
            OrderByKind::All(_) => {
                self.refuse("unsupported-syntax", "ORDER BY ALL is not GoogleSQL", order_by, None);
                String::new()
            }
            OrderByKind::Expressions(items) => format!(" ORDER BY {}", self.order_items(items)),
        }
    }

    /// Sort keys with BigQuery's place for NULL: first when ascending, last when descending.
    pub fn order_items(&mut self, items: &[OrderByExpr]) -> String {
        let texts: Vec<String> = items
            .iter()
            .map(|item| {
                let text = self.key(&item.expr);
                let ascending =
                    !matches!(item.options.sort, Some(sqlparser::ast::OrderBySort::Desc));
                let nulls_first = item.options.nulls_first.unwrap_or(ascending);
                format!(
                    "{text} {} NULLS {}",
                    if ascending { "ASC" } else { "DESC" },
                    if nulls_first { "FIRST" } else { "LAST" }
                )
            })
            .collect();
        texts.join(", ")
    }

    /// A table's name for DuckDB.
    pub fn table_name(&mut self, name: &ObjectName) -> String {
        let parts: Vec<String> = name_parts(name).iter().map(|part| quote(part)).collect();
        parts.join(".")
    }
}

/// The parts of a name; `` `project.dataset.table` `` in one pair of backticks has three.
pub(super) fn name_parts(name: &ObjectName) -> Vec<String> {
    let mut parts = Vec::new();
    for part in &name.0 {
        let text = part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.clone());
        parts.extend(text.split('.').map(str::to_owned));
    }
    parts
}

/// The name of a column without an alias: the last part of a path.
fn implied_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            sqlparser::ast::AccessExpr::Dot(Expr::Identifier(name)) => Some(name.value.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn merged(left: &Columns, right: &Columns) -> Columns {
    let columns = left
        .columns
        .iter()
        .enumerate()
        .map(|(at, (name, kind))| {
            let other = right.columns.get(at).map(|(_, kind)| kind.clone()).unwrap_or_default();
            (name.clone(), kind.common(&other))
        })
        .collect();
    Columns { columns, complete: left.complete && right.complete }
}
