//! Queries: WITH, set operations, ORDER BY, LIMIT.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    Body, Cte, Ident, Matching, MatchingMode, Query, SetOperation, SetOperator, Span, With,
};

impl Parser {
    /// Whether a query is next.
    pub(super) fn begins_query(&self) -> bool {
        self.is_any(&["SELECT", "FROM"]) || self.is_word("WITH") && !self.is_sign_at(1, "(")
    }

    /// A query.
    pub fn query(&mut self) -> Parsed<Query> {
        let around = std::mem::take(&mut self.height);
        let read = self.deeper(Self::query_here);
        self.height = around.max(self.height + 1);
        read
    }

    fn query_here(&mut self) -> Parsed<Query> {
        let start = self.here();
        let with = match self.is_word("WITH") {
            true => Some(self.with()?),
            false => None,
        };
        let first = self.query_primary()?;
        self.query_tail(start, with, first)
    }

    /// What follows a query in parentheses that is the first of a longer one.
    pub(super) fn query_after(&mut self, start: Span, first: Query) -> Parsed<Query> {
        self.query_tail(start, None, Body::Query(Box::new(first)))
    }

    fn query_tail(&mut self, start: Span, with: Option<With>, first: Body) -> Parsed<Query> {
        let body = self.set_operations(start, first)?;
        let order_by = match self.take_words(&["ORDER", "BY"]) {
            true => self.order_items()?,
            false => Vec::new(),
        };
        let (mut limit, mut offset) = (None, None);
        if self.take_word("LIMIT") {
            limit = Some(self.expression()?);
            if self.take_word("OFFSET") {
                offset = Some(self.expression()?);
            } else if self.is_sign(",") {
                let mut error = self.expected("OFFSET or the end of the query");
                error.help = Some("write `LIMIT b OFFSET a`".to_owned());
                return Err(error);
            }
        }
        if self.are_words(&["FOR", "UPDATE"]) {
            return Err(self.expected("the end of the query"));
        }
        let mut pipes = Vec::new();
        while self.is_sign("|>") {
            pipes.push(self.pipe()?);
        }
        let span = self.since(start);
        Ok(Query { with, body, order_by, limit, offset, pipes, span })
    }

    /// `WITH [RECURSIVE] …`
    pub(super) fn with(&mut self) -> Parsed<With> {
        self.expect_word("WITH")?;
        let recursive = self.take_word("RECURSIVE");
        let mut tables = vec![self.cte()?];
        while self.take_sign(",") {
            // A comma may stand behind the last one.
            if self.begins_query() || self.is_sign("(") || self.is_sign("|>") {
                break;
            }
            tables.push(self.cte()?);
        }
        Ok(With { recursive, tables })
    }

    fn cte(&mut self) -> Parsed<Cte> {
        let name = self.ident("the name of a WITH query")?;
        let columns = self.column_list()?;
        self.expect_word("AS")?;
        let query = self.in_parentheses(Self::query)?;
        Ok(Cte { name, columns, query })
    }

    /// `(a, b)`, if it is next.
    pub(super) fn column_list(&mut self) -> Parsed<Vec<Ident>> {
        match self.is_sign("(") {
            true => self.in_parentheses(|parser| parser.list(|parser| parser.ident("a column"))),
            false => Ok(Vec::new()),
        }
    }

    /// A SELECT, a FROM, or a query in parentheses.
    fn query_primary(&mut self) -> Parsed<Body> {
        let start = self.here();
        if self.is_word("SELECT") {
            return Ok(Body::Select(Box::new(self.select()?)));
        }
        if self.is_word("FROM") {
            let from = self.tables_of_from()?;
            return Ok(Body::From(from, self.since(start)));
        }
        if self.is_sign("(") {
            let query = self.in_parentheses(Self::query)?;
            return Ok(Body::Query(Box::new(query)));
        }
        Err(self.expected("SELECT"))
    }

    fn set_operations(&mut self, start: Span, first: Body) -> Parsed<Body> {
        let mut left = first;
        let mut before = None;
        while let Some(operation) = self.set_operator()? {
            if before.is_some_and(|before| before != (operation.operator, operation.all)) {
                let mut error = self.error("different set operations in one query", operation.span);
                error.help = Some("say which comes first, in parentheses".to_owned());
                return Err(error);
            }
            before = Some((operation.operator, operation.all));
            let right = self.query_primary()?;
            self.grow()?;
            left = Body::Set(Box::new(SetOperation {
                left,
                operator: operation.operator,
                all: operation.all,
                matching: operation.matching,
                right,
                span: self.since(start),
            }));
        }
        Ok(left)
    }

    /// `[FULL | LEFT | INNER] UNION ALL [BY NAME | CORRESPONDING …]`, if it is next.
    pub(super) fn set_operator(&mut self) -> Parsed<Option<Operator>> {
        let start = self.here();
        let mut ahead = 0;
        let mut prefix = None;
        if self.is_any(&["FULL", "LEFT", "INNER", "OUTER"]) {
            prefix = Some(match self.peek(0) {
                Token::Word(word) if word.eq_ignore_ascii_case("OUTER") => MatchingMode::Full,
                Token::Word(word) if word.eq_ignore_ascii_case("FULL") => MatchingMode::Full,
                Token::Word(word) if word.eq_ignore_ascii_case("LEFT") => MatchingMode::Left,
                _ => MatchingMode::Inner,
            });
            ahead = 1;
            if self.is_word_at(1, "OUTER") && !self.is_word("INNER") {
                ahead = 2;
            }
        }
        let operators = [
            ("UNION", SetOperator::Union),
            ("INTERSECT", SetOperator::Intersect),
            ("EXCEPT", SetOperator::Except),
        ];
        let Some((_, operator)) =
            operators.iter().find(|(word, _)| self.is_word_at(ahead, word)).copied()
        else {
            return Ok(None);
        };
        for _ in 0..=ahead {
            self.skip();
        }
        let all = self.take_word("ALL");
        if !all && !self.take_word("DISTINCT") {
            return Err(self.expected("ALL or DISTINCT"));
        }
        let matching = self.matching(prefix)?;
        Ok(Some(Operator { operator, all, matching, span: self.since(start) }))
    }

    fn matching(&mut self, prefix: Option<MatchingMode>) -> Parsed<Option<Matching>> {
        let here = self.here();
        let strict = self.take_word("STRICT");
        let corresponding = self.take_word("CORRESPONDING");
        if !corresponding && !self.take_words(&["BY", "NAME"]) {
            if strict || prefix.is_some() {
                return Err(self.expected("BY NAME or CORRESPONDING"));
            }
            return Ok(None);
        }
        let mode = match (prefix, strict) {
            (Some(_), true) => {
                return Err(self.error("STRICT takes no FULL, LEFT or INNER", here));
            }
            (Some(mode), false) => mode,
            (None, true) => MatchingMode::Strict,
            (None, false) if corresponding => MatchingMode::Inner,
            (None, false) => MatchingMode::Strict,
        };
        let mut columns = Vec::new();
        if self.take_word(if corresponding { "BY" } else { "ON" }) {
            if !self.is_sign("(") {
                return Err(self.expected("a list of columns in parentheses"));
            }
            columns = self.column_list()?;
        }
        Ok(Some(Matching { mode, columns }))
    }
}

/// A set operator as read.
pub(super) struct Operator {
    pub operator: SetOperator,
    pub all: bool,
    pub matching: Option<Matching>,
    span: Span,
}
