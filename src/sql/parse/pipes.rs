//! Pipe syntax: what stands behind `|>`.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{Pipe, PipeKind, SelectMode};

impl Parser {
    pub(super) fn pipe(&mut self) -> Parsed<Pipe> {
        let start = self.here();
        self.expect_sign("|>")?;
        let kind = self.deeper(Self::pipe_kind)?;
        Ok(Pipe { kind, span: self.since(start) })
    }

    fn pipe_kind(&mut self) -> Parsed<PipeKind> {
        if let Some(operator) = self.set_operator()? {
            let mut queries = vec![self.in_parentheses(Self::query)?];
            // A comma may stand behind the last one.
            while self.take_sign(",") && self.is_sign("(") {
                queries.push(self.in_parentheses(Self::query)?);
            }
            let (all, matching) = (operator.all, operator.matching);
            return Ok(PipeKind::SetOperation {
                operator: operator.operator,
                all,
                matching,
                queries,
            });
        }
        if let Some(join) = self.join()? {
            return Ok(PipeKind::Join(Box::new(join)));
        }
        let Token::Word(word) = self.peek(0) else {
            return Err(self.expected("a pipe operator: SELECT, WHERE, AGGREGATE, …"));
        };
        match word.to_ascii_uppercase().as_str() {
            "SELECT" => {
                self.skip();
                let with = self.select_with()?;
                let distinct = self.distinct();
                let mode = self.select_mode()?;
                let mode = with.or(mode);
                let items = self.select_list()?;
                Ok(PipeKind::Select { distinct, mode, items, windows: self.named_windows()? })
            }
            "EXTEND" | "WINDOW" => {
                self.skip();
                let items = self.select_list()?;
                Ok(PipeKind::Extend { items, windows: self.named_windows()? })
            }
            "SET" => {
                self.skip();
                Ok(PipeKind::Set(self.list(|parser| {
                    let name = parser.ident("a column")?;
                    parser.expect_sign("=")?;
                    Ok((name, parser.expression()?))
                })?))
            }
            "DROP" => {
                self.skip();
                Ok(PipeKind::Drop(self.list(|parser| parser.ident("a column"))?))
            }
            "RENAME" => {
                self.skip();
                Ok(PipeKind::Rename(self.list(|parser| {
                    let old = parser.ident("a column")?;
                    parser.take_word("AS");
                    Ok((old, parser.ident("its new name")?))
                })?))
            }
            "AS" => {
                self.skip();
                Ok(PipeKind::As(self.ident("an alias")?))
            }
            "WHERE" => {
                self.skip();
                Ok(PipeKind::Where(self.expression()?))
            }
            "LIMIT" => {
                self.skip();
                let limit = self.expression()?;
                let offset = match self.take_word("OFFSET") {
                    true => Some(self.expression()?),
                    false => None,
                };
                Ok(PipeKind::Limit(limit, offset))
            }
            "AGGREGATE" => self.aggregate(),
            "DISTINCT" => {
                self.skip();
                Ok(PipeKind::Distinct)
            }
            "ORDER" => {
                self.skip();
                self.expect_word("BY")?;
                Ok(PipeKind::OrderBy(self.order_items()?))
            }
            "CALL" => {
                self.skip();
                let name = self.table_path()?;
                let arguments = self.in_parentheses(|parser| match parser.is_sign(")") {
                    true => Ok(Vec::new()),
                    false => parser.list(Self::argument),
                })?;
                let alias = self.alias(&[])?;
                Ok(PipeKind::Call(name, arguments, alias))
            }
            "PIVOT" => {
                let pivot = self.pivot()?;
                Ok(PipeKind::Pivot(Box::new(pivot), self.alias(&[])?))
            }
            "UNPIVOT" => {
                let unpivot = self.unpivot()?;
                Ok(PipeKind::Unpivot(Box::new(unpivot), self.alias(&[])?))
            }
            "ASSERT" => {
                self.skip();
                let condition = self.expression()?;
                let mut payload = Vec::new();
                while self.take_sign(",") {
                    payload.push(self.expression()?);
                }
                Ok(PipeKind::Assert(condition, payload))
            }
            "WITH" => Ok(PipeKind::With(self.with()?)),
            "TABLESAMPLE" => Ok(PipeKind::Sample(self.sample()?)),
            other => {
                // Known to GoogleSQL, not to what follows: its words up to the next pipe.
                let known = [
                    "MATCH_RECOGNIZE",
                    "RECURSIVE",
                    "LOG",
                    "TEE",
                    "FORK",
                    "IF",
                    "DESCRIBE",
                    "EXPORT",
                    "CREATE",
                    "INSERT",
                    "STATIC_DESCRIBE",
                ];
                if !known.contains(&other) {
                    return Err(self.expected("a pipe operator: SELECT, WHERE, AGGREGATE, …"));
                }
                let name = other.to_owned();
                self.over_pipe(name)
            }
        }
    }

    /// Goes over a pipe operator that is known by name only.
    fn over_pipe(&mut self, name: String) -> Parsed<PipeKind> {
        while !self.is_end() && !["|>", ")", ";"].iter().any(|sign| self.is_sign(sign)) {
            match self.is_sign("(") {
                true => self.over_brackets()?,
                false => self.skip(),
            }
        }
        Ok(PipeKind::Other(name))
    }

    /// `AGGREGATE … GROUP [AND ORDER] BY …`
    fn aggregate(&mut self) -> Parsed<PipeKind> {
        self.expect_word("AGGREGATE")?;
        let mut items = Vec::new();
        if let Some(SelectMode::With(name)) = self.select_with()? {
            return self.over_pipe(format!("AGGREGATE WITH {name}"));
        }
        while !self.is_word("GROUP") && !self.is_sign("|>") && !self.is_end() && !self.is_sign(")")
        {
            let item = self.select_item()?;
            let order = self.order_suffix();
            if order.is_some() {
                self.nulls_suffix();
            }
            items.push((item, order));
            if !self.take_sign(",") {
                break;
            }
        }
        let mut ordered = false;
        let mut group_by = None;
        if self.take_word("GROUP") {
            ordered = self.take_words(&["AND", "ORDER"]);
            self.expect_word("BY")?;
            group_by = Some(self.group_by()?);
        }
        Ok(PipeKind::Aggregate { items, group_by, ordered })
    }

    fn nulls_suffix(&mut self) {
        let _ = self.take_words(&["NULLS", "FIRST"]) || self.take_words(&["NULLS", "LAST"]);
    }
}
