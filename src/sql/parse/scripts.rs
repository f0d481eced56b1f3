//! Scripts
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language>), and MERGE.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    BinaryOperator, Expr, ExprKind, Merge, MergeAction, MergeClause, MergeRows, ScriptKind,
    Statement, StatementKind,
};

impl Parser {
    /// A statement of a script; none where the next word begins another one.
    pub(super) fn script_statement(&mut self) -> Parsed<Option<ScriptKind>> {
        let Token::Word(word) = self.peek(0) else { return Ok(None) };
        Ok(Some(match word.to_ascii_uppercase().as_str() {
            "DECLARE" => {
                self.skip();
                let names = self.list(|parser| parser.ident("a variable"))?;
                let data_type = match self.is_word("DEFAULT") {
                    true => None,
                    false => Some(self.data_type()?),
                };
                let default = match self.take_word("DEFAULT") {
                    true => Some(self.expression()?),
                    false => None,
                };
                ScriptKind::Declare { names, data_type, default }
            }
            "SET" if matches!(self.peek(1), Token::Sign("@" | "@@")) => return Ok(None),
            "SET" => {
                self.skip();
                let is_tuple = self.is_sign("(");
                let targets = match is_tuple {
                    true => self.column_list()?,
                    false => vec![self.ident("a variable")?],
                };
                self.expect_sign("=")?;
                ScriptKind::Set { targets, is_tuple, value: self.expression()? }
            }
            "IF" => self.if_statement()?,
            "CASE" => self.case_statement()?,
            "LOOP" => {
                self.skip();
                let body = self.body(&["END"])?;
                self.ends(&["END", "LOOP"])?;
                ScriptKind::Loop(body)
            }
            "WHILE" => {
                self.skip();
                let condition = self.expression()?;
                self.expect_word("DO")?;
                let body = self.body(&["END"])?;
                self.ends(&["END", "WHILE"])?;
                ScriptKind::While(condition, body)
            }
            "REPEAT" => {
                self.skip();
                let body = self.body(&["UNTIL"])?;
                self.expect_word("UNTIL")?;
                let condition = self.expression()?;
                self.ends(&["END", "REPEAT"])?;
                ScriptKind::Repeat(body, condition)
            }
            "FOR" => {
                self.skip();
                let name = self.ident("a variable")?;
                self.expect_word("IN")?;
                let query = Box::new(self.in_parentheses(Self::query)?);
                self.expect_word("DO")?;
                let body = self.body(&["END"])?;
                self.ends(&["END", "FOR"])?;
                ScriptKind::For { name, query, body }
            }
            "BEGIN" => {
                self.skip();
                let body = self.body(&["END", "EXCEPTION"])?;
                let handler = match self.take_words(&["EXCEPTION", "WHEN", "ERROR", "THEN"]) {
                    true => Some(self.body(&["END"])?),
                    false => None,
                };
                self.ends(&["END"])?;
                ScriptKind::Block { body, handler }
            }
            "BREAK" | "LEAVE" => self.word_alone(ScriptKind::Break),
            "CONTINUE" | "ITERATE" => self.word_alone(ScriptKind::Continue),
            "RETURN" => self.word_alone(ScriptKind::Return),
            "RAISE" => {
                self.skip();
                let message = match self.take_words(&["USING", "MESSAGE"]) {
                    true => {
                        self.expect_sign("=")?;
                        Some(self.expression()?)
                    }
                    false => None,
                };
                ScriptKind::Raise(message)
            }
            "EXECUTE" => self.execute()?,
            _ => return Ok(None),
        }))
    }

    fn word_alone(&mut self, kind: ScriptKind) -> ScriptKind {
        self.skip();
        kind
    }

    fn ends(&mut self, words: &[&str]) -> Parsed<()> {
        words.iter().try_for_each(|word| self.expect_word(word))
    }

    /// Statements up to one of these words.
    fn body(&mut self, ends: &[&str]) -> Parsed<Vec<Statement>> {
        self.deeper(|parser| {
            let mut statements = Vec::new();
            while !parser.is_any(ends) {
                if parser.is_end() {
                    return Err(parser.expected(ends.first().unwrap_or(&"END")));
                }
                statements.push(parser.statement()?);
                parser.expect_sign(";")?;
            }
            Ok(statements)
        })
    }

    fn if_statement(&mut self) -> Parsed<ScriptKind> {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        self.skip();
        loop {
            let condition = self.expression()?;
            self.expect_word("THEN")?;
            branches.push((condition, self.body(&["END", "ELSE", "ELSEIF"])?));
            if !self.take_word("ELSEIF") {
                break;
            }
        }
        if self.take_word("ELSE") {
            otherwise = self.body(&["END"])?;
        }
        self.ends(&["END", "IF"])?;
        Ok(ScriptKind::If { branches, otherwise })
    }

    fn case_statement(&mut self) -> Parsed<ScriptKind> {
        self.skip();
        let operand = match self.is_word("WHEN") {
            true => None,
            false => Some(self.expression()?),
        };
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        while self.take_word("WHEN") {
            let mut condition = self.expression()?;
            if let Some(operand) = &operand {
                let span = condition.span;
                let (left, right) = (Box::new(operand.clone()), Box::new(condition));
                condition = Expr::new(ExprKind::Binary(left, BinaryOperator::Eq, right), span);
            }
            self.expect_word("THEN")?;
            branches.push((condition, self.body(&["WHEN", "ELSE", "END"])?));
        }
        if self.take_word("ELSE") {
            otherwise = self.body(&["END"])?;
        }
        self.ends(&["END", "CASE"])?;
        Ok(ScriptKind::If { branches, otherwise })
    }

    fn execute(&mut self) -> Parsed<ScriptKind> {
        self.skip();
        self.expect_word("IMMEDIATE")?;
        let sql = self.expression()?;
        let into = match self.take_word("INTO") {
            true => self.list(|parser| parser.ident("a variable"))?,
            false => Vec::new(),
        };
        let using = match self.take_word("USING") {
            true => self.list(|parser| {
                let value = parser.expression()?;
                let name = match parser.take_word("AS") {
                    true => Some(parser.ident("the name of a parameter")?),
                    false => None,
                };
                Ok((value, name))
            })?,
            false => Vec::new(),
        };
        Ok(ScriptKind::Execute { sql, into, using })
    }

    /// `MERGE …`
    pub(super) fn merge(&mut self) -> Parsed<StatementKind> {
        self.skip();
        self.take_word("INTO");
        let table = self.table()?;
        self.expect_word("USING")?;
        let source = self.table()?;
        self.expect_word("ON")?;
        let condition = self.expression()?;
        let mut clauses = Vec::new();
        while self.is_word("WHEN") {
            clauses.push(self.merge_clause()?);
        }
        if clauses.is_empty() {
            return Err(self.expected("WHEN MATCHED or WHEN NOT MATCHED"));
        }
        Ok(StatementKind::Merge(Box::new(Merge { table, source, condition, clauses })))
    }

    fn merge_clause(&mut self) -> Parsed<MergeClause> {
        let start = self.here();
        self.expect_word("WHEN")?;
        let rows = if self.take_word("NOT") {
            self.expect_word("MATCHED")?;
            if self.take_words(&["BY", "SOURCE"]) {
                MergeRows::NotBySource
            } else {
                self.take_words(&["BY", "TARGET"]);
                MergeRows::NotByTarget
            }
        } else {
            self.expect_word("MATCHED")?;
            MergeRows::Matched
        };
        let condition = match self.take_word("AND") {
            true => Some(self.expression()?),
            false => None,
        };
        self.expect_word("THEN")?;
        let is_insert = rows == MergeRows::NotByTarget;
        let action = if !is_insert && self.take_word("DELETE") {
            MergeAction::Delete
        } else if !is_insert && self.take_word("UPDATE") {
            self.expect_word("SET")?;
            MergeAction::Update(self.assignments()?)
        } else if is_insert && self.take_word("INSERT") {
            let columns = match self.is_sign("(") {
                true => self.column_list()?,
                false => Vec::new(),
            };
            let values = match self.take_word("ROW") {
                true => None,
                false => {
                    self.expect_word("VALUES")?;
                    Some(self.in_parentheses(|parser| parser.list(Self::expression))?)
                }
            };
            MergeAction::Insert { columns, values }
        } else if is_insert {
            return Err(self.expected("INSERT"));
        } else {
            return Err(self.expected("UPDATE or DELETE"));
        };
        Ok(MergeClause { rows, condition, action, span: self.since(start) })
    }
}
