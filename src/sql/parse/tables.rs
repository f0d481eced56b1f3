//! FROM: tables, joins, UNNEST, PIVOT.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    Aliased, Condition, Expr, ExprKind, From, Ident, Join, JoinKind, Path, Pivot, Span, Table,
    TableKind, Unpivot, UnpivotColumns,
};

/// Words that follow a table and are no alias.
const AFTER_TABLE: [&str; 3] = ["PIVOT", "UNPIVOT", "MATCH_RECOGNIZE"];
const AFTER_SAMPLE: [&str; 3] = ["REPEATABLE", "PIVOT", "UNPIVOT"];

impl Parser {
    /// `FROM a, b JOIN c …`
    pub(super) fn tables_of_from(&mut self) -> Parsed<Vec<From>> {
        self.expect_word("FROM")?;
        let mut all = vec![self.table_with_joins()?];
        while self.take_sign(",") {
            all.push(self.table_with_joins()?);
        }
        Ok(all)
    }

    pub(super) fn table_with_joins(&mut self) -> Parsed<From> {
        let table = self.table()?;
        let mut joins: Vec<Join> = Vec::new();
        let mut length = 0;
        while let Some(join) = self.join()? {
            joins.push(join);
            length += 1;
            if length > super::expressions::MAX_CHAIN {
                return Err(self.too_long());
            }
            // `a JOIN b JOIN c ON … ON …`: the second ON belongs to the first JOIN.
            let here = self.here();
            while let Some(condition) = self.join_condition()? {
                let open = joins
                    .iter()
                    .rposition(|join| join.condition.is_none() && join.kind != JoinKind::Cross);
                let Some(at) = open else {
                    return Err(self.error("there is no JOIN for this ON", here));
                };
                let inner = joins.split_off(at + 1);
                let span = self.since(joins[at].span);
                let outer = &mut joins[at];
                let inner_span = self.since(outer.table.span);
                let first = std::mem::replace(
                    &mut outer.table,
                    plain_table(TableKind::Unnest(Vec::new()), inner_span),
                );
                let nested = From { table: first, joins: inner };
                outer.table.kind = TableKind::Nested(Box::new(nested));
                (outer.condition, outer.span) = (Some(condition), span);
            }
        }
        Ok(From { table, joins })
    }

    /// A join, if it is next.
    pub(super) fn join(&mut self) -> Parsed<Option<Join>> {
        let start = self.here();
        let kinds = [
            ("INNER", JoinKind::Inner),
            ("CROSS", JoinKind::Cross),
            ("LEFT", JoinKind::Left),
            ("RIGHT", JoinKind::Right),
            ("FULL", JoinKind::Full),
        ];
        let kind = match kinds.iter().find(|(word, _)| self.is_word(word)) {
            Some((_, kind)) => {
                let outer = usize::from(self.is_word_at(1, "OUTER"));
                // `FULL UNION ALL` and its like are set operations.
                if !self.is_word_at(1 + outer, "JOIN") {
                    return Ok(None);
                }
                for _ in 0..=outer {
                    self.skip();
                }
                *kind
            }
            None if self.is_word("JOIN") => JoinKind::Inner,
            None if self.is_word("NATURAL") => {
                self.skip();
                return self.natural_join(start);
            }
            None => return Ok(None),
        };
        self.expect_word("JOIN")?;
        let table = self.table()?;
        let condition = self.join_condition()?;
        Ok(Some(Join { kind, table, condition, span: self.since(start) }))
    }

    /// A join whose condition BigQuery does not know.
    fn natural_join(&mut self, start: Span) -> Parsed<Option<Join>> {
        let Some(mut join) = self.join()? else { return Err(self.expected("JOIN")) };
        let kind = ExprKind::Foreign("NATURAL JOIN");
        join.span = self.since(start);
        join.condition = Some(Condition::On(Expr::new(kind, join.span)));
        Ok(Some(join))
    }

    fn join_condition(&mut self) -> Parsed<Option<Condition>> {
        if self.take_word("ON") {
            return Ok(Some(Condition::On(self.expression()?)));
        }
        if self.take_word("USING") {
            if !self.is_sign("(") {
                return Err(self.expected("a list of columns in parentheses"));
            }
            return Ok(Some(Condition::Using(self.column_list()?)));
        }
        Ok(None)
    }

    /// One item of FROM.
    pub(super) fn table(&mut self) -> Parsed<Table> {
        self.deeper(Self::table_here)
    }

    fn table_here(&mut self) -> Parsed<Table> {
        let start = self.here();
        let kind = if self.is_sign("(") {
            self.table_in_parentheses()?
        } else if self.is_word("UNNEST") {
            self.skip();
            let arrays = self.in_parentheses(|parser| {
                parser.list(|parser| {
                    let start = parser.here();
                    if parser.is_sign_at(1, "=>") {
                        parser.skip();
                        parser.skip();
                        parser.expression()?;
                        let kind = ExprKind::Foreign("an argument of UNNEST by name");
                        return Ok(Expr::new(kind, parser.since(start)));
                    }
                    let array = parser.expression()?;
                    Ok(match parser.alias(&[])? {
                        None => array,
                        Some(alias) => {
                            let kind = ExprKind::Foreign("an alias of an array in UNNEST");
                            Expr::new(kind, alias.span)
                        }
                    })
                })
            })?;
            TableKind::Unnest(arrays)
        } else {
            self.named_table()?
        };
        let mut table = plain_table(kind, start);
        table.alias = self.alias(&AFTER_TABLE)?;
        self.after_table(&mut table)?;
        table.span = self.since(start);
        loop {
            let kind = if self.is_word("PIVOT") && self.is_sign_at(1, "(") {
                let pivot = self.pivot()?;
                TableKind::Pivot(Box::new(table), Box::new(pivot))
            } else if self.is_word("UNPIVOT") {
                let unpivot = self.unpivot()?;
                TableKind::Unpivot(Box::new(table), Box::new(unpivot))
            } else if self.is_word("TABLESAMPLE") && table.sample.is_none() {
                table.sample = Some(self.sample()?);
                continue;
            } else {
                return Ok(table);
            };
            table = plain_table(kind, start);
            table.alias = self.alias(&AFTER_TABLE)?;
            table.span = self.since(start);
        }
    }

    /// A query, or a table with its joins.
    fn table_in_parentheses(&mut self) -> Parsed<TableKind> {
        self.expect_sign("(")?;
        let kind = if self.begins_query() {
            TableKind::Query(Box::new(self.query()?))
        } else {
            let from = self.table_with_joins()?;
            // `((SELECT …) UNION ALL …)` begins like a table.
            match (from.joins.is_empty(), from.table) {
                (
                    true,
                    Table {
                        kind: TableKind::Query(query), alias: None, offset: None, span, ..
                    },
                ) => match self.is_sign(")") {
                    true => TableKind::Query(query),
                    false => TableKind::Query(Box::new(self.query_after(span, *query)?)),
                },
                (_, table) => TableKind::Nested(Box::new(From { table, joins: from.joins })),
            }
        };
        self.expect_sign(")")?;
        Ok(kind)
    }

    fn named_table(&mut self) -> Parsed<TableKind> {
        let name = self.table_path()?;
        if self.is_sign("(") {
            let arguments = self.in_parentheses(|parser| match parser.is_sign(")") {
                true => Ok(Vec::new()),
                false => parser.list(Self::argument),
            })?;
            return Ok(TableKind::Function(name, arguments));
        }
        Ok(TableKind::Named { name, system_time: None })
    }

    /// WITH OFFSET, FOR SYSTEM_TIME AS OF, TABLESAMPLE, a list of columns.
    fn after_table(&mut self, table: &mut Table) -> Parsed<()> {
        if table.alias.is_some() {
            table.columns = self.column_list()?;
        }
        if self.take_words(&["WITH", "OFFSET"]) {
            table.offset = Some(self.alias(&AFTER_TABLE)?);
        }
        if self.is_word("FOR") {
            self.skip();
            if !self.take_words(&["SYSTEM_TIME", "AS", "OF"])
                && !self.take_words(&["SYSTEM", "TIME", "AS", "OF"])
            {
                return Err(self.expected("SYSTEM_TIME AS OF"));
            }
            let time = self.expression()?;
            if let TableKind::Named { system_time, .. } = &mut table.kind {
                *system_time = Some(time);
            }
            if table.alias.is_none() {
                table.alias = self.alias(&AFTER_TABLE)?;
            }
        }
        if self.is_word("TABLESAMPLE") {
            table.sample = Some(self.sample()?);
        }
        Ok(())
    }

    /// `TABLESAMPLE SYSTEM (n PERCENT)`; other methods and clauses are no BigQuery's.
    pub(super) fn sample(&mut self) -> Parsed<Expr> {
        let start = self.here();
        self.expect_word("TABLESAMPLE")?;
        let mut is_known = self.is_word("SYSTEM");
        self.ident("SYSTEM")?;
        let share = self.in_parentheses(|parser| {
            let share = parser.expression()?;
            if parser.take_word("ROWS") {
                is_known = false;
            } else {
                parser.expect_word("PERCENT")?;
            }
            if parser.take_words(&["PARTITION", "BY"]) {
                is_known = false;
                parser.list(Self::expression)?;
            }
            Ok(share)
        })?;
        if self.take_words(&["WITH", "WEIGHT"]) {
            is_known = false;
            self.alias(&AFTER_SAMPLE)?;
        }
        if self.is_word("REPEATABLE") && self.is_sign_at(1, "(") {
            is_known = false;
            self.skip();
            self.over_brackets()?;
        }
        if is_known {
            return Ok(share);
        }
        let kind = ExprKind::Foreign("TABLESAMPLE by another method than SYSTEM (n PERCENT)");
        Ok(Expr::new(kind, self.since(start)))
    }

    /// The name of a table; of a project's name dashes are a part.
    pub(super) fn table_path(&mut self) -> Parsed<Path> {
        let start = self.here();
        let mut first = self.ident("a table")?;
        while !first.quoted
            && self.is_sign("-")
            && first.span.end == self.here().start
            && self.touches(0)
        {
            let part = match self.peek(1) {
                Token::Word(text) | Token::Number(text) => text.clone(),
                _ => break,
            };
            self.skip();
            self.skip();
            first.value = format!("{}-{part}", first.value);
            // A number takes the letters behind it along: `my-project-1a`.
            if let Token::Word(text) = self.peek(0)
                && self.since(start).end == self.here().start
            {
                first.value.push_str(text);
                self.skip();
            }
            first.span = self.since(start);
        }
        let mut parts = vec![first];
        while self.is_sign(".") && !self.is_sign_at(1, "(") {
            self.skip();
            parts.push(self.member()?);
        }
        Ok(Path { parts, span: self.since(start) })
    }

    /// `PIVOT (aggregates FOR input IN (values))`
    pub(super) fn pivot(&mut self) -> Parsed<Pivot> {
        self.expect_word("PIVOT")?;
        self.in_parentheses(|parser| {
            let aggregates = parser.list(|parser| {
                let expr = parser.expression()?;
                let alias = parser.alias(&[])?;
                Ok(Aliased { expr, alias })
            })?;
            parser.expect_word("FOR")?;
            // IN belongs to PIVOT.
            let input = parser.tight_expression()?;
            parser.expect_word("IN")?;
            let values = parser.in_parentheses(|parser| {
                parser.list(|parser| {
                    let expr = parser.expression()?;
                    let alias = parser.alias(&[])?;
                    Ok(Aliased { expr, alias })
                })
            })?;
            Ok(Pivot { aggregates, input, values })
        })
    }

    /// `UNPIVOT [INCLUDE NULLS] (values FOR name IN (columns))`
    pub(super) fn unpivot(&mut self) -> Parsed<Unpivot> {
        self.expect_word("UNPIVOT")?;
        let include_nulls = self.take_words(&["INCLUDE", "NULLS"]);
        if !include_nulls {
            self.take_words(&["EXCLUDE", "NULLS"]);
        }
        self.in_parentheses(|parser| {
            let values = parser.paths()?;
            parser.expect_word("FOR")?;
            let name = parser.plain_path()?;
            parser.expect_word("IN")?;
            let columns = parser.in_parentheses(|parser| {
                parser.list(|parser| {
                    let start = parser.here();
                    let columns = parser.paths()?;
                    let is_labelled = parser.take_word("AS")
                        || matches!(parser.peek(0), Token::Text(_) | Token::Number(_));
                    let label = match is_labelled {
                        true => Some(parser.expression()?),
                        false => None,
                    };
                    Ok(UnpivotColumns { columns, label, span: parser.since(start) })
                })
            })?;
            Ok(Unpivot { include_nulls, values, name, columns })
        })
    }

    /// One path, or several in parentheses.
    fn paths(&mut self) -> Parsed<Vec<Path>> {
        match self.is_sign("(") {
            true => self.in_parentheses(|parser| parser.list(Self::plain_path)),
            false => Ok(vec![self.plain_path()?]),
        }
    }

    fn plain_path(&mut self) -> Parsed<Path> {
        let start = self.here();
        let mut parts: Vec<Ident> = vec![self.ident("a column")?];
        while self.take_sign(".") {
            parts.push(self.member()?);
        }
        Ok(Path { parts, span: self.since(start) })
    }
}

fn plain_table(kind: TableKind, span: Span) -> Table {
    Table { kind, alias: None, columns: Vec::new(), offset: None, sample: None, span }
}
