//! Calls of functions.

use super::cursor::{Parsed, Parser};
use crate::sql::ast::{Argument, Call, Expr, ExprKind, HavingBound, Nulls, OrderItem, Over, Path};

impl Parser {
    /// The arguments behind a function's name, and OVER.
    pub(super) fn call(&mut self, name: Path, receiver: Option<Expr>) -> Parsed<ExprKind> {
        let start = receiver.as_ref().map_or(name.span, |receiver| receiver.span);
        let mut name = name;
        let safe = name.parts.len() > 1 && name.parts[0].is("SAFE");
        if safe {
            name.parts.remove(0);
        }
        let mut call = Call {
            name,
            safe,
            distinct: false,
            star: false,
            arguments: Vec::new(),
            nulls: None,
            having: None,
            clause: None,
            order_by: Vec::new(),
            limit: None,
            over: None,
            span: start,
        };
        call.arguments.extend(receiver.map(|value| Argument { name: None, value }));
        self.expect_sign("(")?;
        self.deeper(|parser| parser.arguments(&mut call))?;
        self.expect_sign(")")?;
        if self.is_word("WITH") && self.is_word_at(1, "REPORT") {
            let start = self.here();
            self.skip();
            self.skip();
            if self.is_sign("(") {
                self.over_brackets()?;
            }
            call.clause = Some(("`WITH REPORT`".to_owned(), self.since(start)));
        }
        // What follows some calls is no GoogleSQL of BigQuery's.
        if self.are_words(&["WITHIN", "GROUP"]) {
            return Err(self.expected("OVER or the next clause"));
        }
        if self.take_word("OVER") {
            call.over = Some(match self.is_sign("(") {
                true => Over::Spec(Box::new(self.window_spec()?)),
                false => Over::Name(self.ident("a window")?),
            });
        }
        call.span = self.since(start);
        Ok(ExprKind::Call(Box::new(call)))
    }

    /// `value.f(…)`: the value is the first argument.
    pub(super) fn chained_call(&mut self, value: Expr, name: Path) -> Parsed<ExprKind> {
        self.call(name, Some(value))
    }

    fn arguments(&mut self, call: &mut Call) -> Parsed<()> {
        call.distinct = self.take_word("DISTINCT");
        if self.is_sign("*") {
            self.skip();
            call.star = true;
            if self.take_sign(",") {
                let here = self.here();
                self.list(Self::argument)?;
                call.clause = Some(("an argument behind `*`".to_owned(), self.since(here)));
            }
        } else if !self.is_sign(")") && !self.begins_argument_clause() {
            call.arguments.extend(self.list(Self::argument)?);
        }
        loop {
            let here = self.here();
            if self.are_words(&["IGNORE", "NULLS"]) || self.are_words(&["RESPECT", "NULLS"]) {
                let ignore = self.is_word("IGNORE");
                self.skip();
                self.skip();
                call.nulls = Some(if ignore { Nulls::Ignore } else { Nulls::Respect });
            } else if self.take_word("HAVING") {
                let is_max = self.take_word("MAX");
                if !is_max {
                    self.expect_word("MIN")?;
                }
                call.having = Some(HavingBound { is_max, by: self.expression()? });
            } else if self.take_words(&["ORDER", "BY"]) {
                call.order_by = self.order_items()?;
            } else if self.take_word("LIMIT") {
                call.limit = Some(self.expression()?);
                if self.take_word("OFFSET") {
                    self.expression()?;
                    call.clause = Some(("`OFFSET`".to_owned(), self.since(here)));
                }
            } else if self.is_any(&["WHERE", "GROUP", "WITH", "CLAMPED"]) {
                let word = self.peek(0).shown();
                self.skip();
                while !self.is_sign(")") && !self.is_end() {
                    match self.is_sign("(") {
                        true => self.over_brackets()?,
                        false => self.skip(),
                    }
                }
                call.clause = Some((word, self.since(here)));
            } else {
                return Ok(());
            }
        }
    }

    fn begins_argument_clause(&self) -> bool {
        self.is_any(&["HAVING", "LIMIT"]) || self.are_words(&["ORDER", "BY"])
    }

    /// A value, `name => value`, `x -> body`, `TABLE t`, `MODEL m`.
    pub(super) fn argument(&mut self) -> Parsed<Argument> {
        let name = match self.is_sign_at(1, "=>") {
            true => {
                let name = self.ident("the name of an argument")?;
                self.skip();
                Some(name)
            }
            false => None,
        };
        let start = self.here();
        let mut value = match self.is_any(&["TABLE", "MODEL", "CONNECTION"]) && self.is_name_at(1) {
            true => self.named_thing()?,
            false => self.argument_value()?,
        };
        if self.take_word("AS") {
            self.over_member()?;
            while self.take_sign(".") {
                self.over_member()?;
            }
            let kind = ExprKind::Foreign("an alias of an argument");
            value = Expr::new(kind, self.since(start));
        }
        Ok(Argument { name, value })
    }

    /// `TABLE t`, whose name is the value; what else has a name is no value of a query.
    fn named_thing(&mut self) -> Parsed<Expr> {
        let start = self.here();
        let is_table = self.is_word("TABLE");
        self.skip();
        let path = self.table_path()?;
        let mut kind = match is_table {
            true => ExprKind::Path(path.parts),
            false => ExprKind::Foreign("a model or connection as an argument"),
        };
        if self.is_sign("(") {
            self.over_brackets()?;
            kind = ExprKind::Foreign("a table function as an argument");
        }
        Ok(Expr::new(kind, self.since(start)))
    }

    fn argument_value(&mut self) -> Parsed<Expr> {
        let start = self.here();
        if self.is_sign_at(1, "->") {
            let name = self.ident("a name")?;
            self.skip();
            let body = self.deeper(Self::expression)?;
            return Ok(Expr::new(ExprKind::Lambda(vec![name], Box::new(body)), self.since(start)));
        }
        if self.is_sign("(") && self.is_sign_at(1, ")") && self.is_sign_at(2, "->") {
            (0..3).for_each(|_| self.skip());
            let body = self.deeper(Self::expression)?;
            return Ok(Expr::new(ExprKind::Lambda(Vec::new(), Box::new(body)), self.since(start)));
        }
        let value = self.expression()?;
        if self.is_sign("->") {
            let names = match &value.kind {
                ExprKind::Tuple(items) => items
                    .iter()
                    .map(|item| match &item.kind {
                        ExprKind::Path(parts) if parts.len() == 1 => Some(parts[0].clone()),
                        _ => None,
                    })
                    .collect(),
                ExprKind::Nested(inner) => match &inner.kind {
                    ExprKind::Path(parts) if parts.len() == 1 => Some(parts.clone()),
                    _ => None,
                },
                _ => None,
            };
            let Some(names) = names else { return Err(self.expected("`,` or `)`")) };
            self.skip();
            let body = self.deeper(Self::expression)?;
            return Ok(Expr::new(ExprKind::Lambda(names, Box::new(body)), self.since(start)));
        }
        Ok(value)
    }

    /// Keys of ORDER BY.
    pub(super) fn order_items(&mut self) -> Parsed<Vec<OrderItem>> {
        self.list(|parser| {
            let key = parser.expression()?;
            let collate = match parser.take_word("COLLATE") {
                true => Some(parser.expression()?),
                false => None,
            };
            let descending = parser.take_word("DESC");
            if !descending {
                parser.take_word("ASC");
            }
            let nulls_first = match parser.take_word("NULLS") {
                true if parser.take_word("FIRST") => Some(true),
                true => {
                    parser.expect_word("LAST")?;
                    Some(false)
                }
                false => None,
            };
            Ok(OrderItem { key, collate, descending, nulls_first })
        })
    }
}
