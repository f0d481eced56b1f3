//! Scripts
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language>), and MERGE.

use super::{
    cursor::{Around, Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    BinaryOperator, Expr, ExprKind, Ident, Merge, MergeAction, MergeClause, MergeRows, ScriptKind,
    Statement, StatementKind,
};

/// Words that begin statements with others inside.
const HOLD_STATEMENTS: [&str; 8] =
    ["IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR", "BEGIN", "CREATE"];

impl Parser {
    /// A statement of a script; none where the next word begins another one.
    pub(super) fn script_statement(&mut self) -> Parsed<Option<ScriptKind>> {
        if self.is_sign_at(1, ":") && self.is_name_at(0) {
            return self.labelled().map(Some);
        }
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
            "SET" if self.is_word_at(1, "TRANSACTION") && !self.is_sign_at(2, "=") => {
                return Ok(None);
            }
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
                let body = self.loop_body(&["END"])?;
                self.ends(&["END", "LOOP"])?;
                ScriptKind::Loop(body)
            }
            "WHILE" => {
                self.skip();
                let condition = self.expression()?;
                self.expect_word("DO")?;
                let body = self.loop_body(&["END"])?;
                self.ends(&["END", "WHILE"])?;
                ScriptKind::While(condition, body)
            }
            "REPEAT" => {
                self.skip();
                let body = self.loop_body(&["UNTIL"])?;
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
                let body = self.loop_body(&["END"])?;
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
            "BREAK" | "LEAVE" => ScriptKind::Break(self.jump(false)?),
            "CONTINUE" | "ITERATE" => ScriptKind::Continue(self.jump(true)?),
            "RETURN" => {
                self.skip();
                ScriptKind::Return
            }
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

    /// `label: LOOP … END LOOP label`
    fn labelled(&mut self) -> Parsed<ScriptKind> {
        let label = self.ident("a label")?;
        self.skip();
        let is_loop = self.is_any(&["LOOP", "WHILE", "REPEAT", "FOR"]);
        if !is_loop && !self.is_word("BEGIN") {
            return Err(self.expected("BEGIN, LOOP, WHILE, REPEAT or FOR"));
        }
        self.around.push(Around { label: Some(label.clone()), is_loop });
        let inner = self.script_statement();
        self.around.pop();
        let Some(inner) = inner? else { return Err(self.expected("BEGIN or a loop")) };
        if self.is_name_at(0) {
            let end = self.ident("the label")?;
            if !end.value.eq_ignore_ascii_case(&label.value) {
                return Err(self.error(format!("expected the label `{label}`"), end.span));
            }
        }
        Ok(ScriptKind::Labelled(label, Box::new(inner)))
    }

    /// The label behind BREAK or CONTINUE; what they leave must stand around them.
    fn jump(&mut self, needs_loop: bool) -> Parsed<Option<Ident>> {
        let word = self.peek(0).shown();
        let here = self.here();
        self.skip();
        if !self.is_name_at(0) {
            return match self.around.iter().any(|around| around.is_loop) {
                true => Ok(None),
                false => Err(self.error(format!("{word} stands in no loop"), here)),
            };
        }
        let label = self.ident("a label")?;
        let found = self.around.iter().any(|around| {
            let is_it = |name: &Ident| name.value.eq_ignore_ascii_case(&label.value);
            (around.is_loop || !needs_loop) && around.label.as_ref().is_some_and(is_it)
        });
        match found {
            true => Ok(Some(label)),
            false => Err(self.error(format!("no loop around has the label `{label}`"), label.span)),
        }
    }

    fn loop_body(&mut self, ends: &[&str]) -> Parsed<Vec<Statement>> {
        self.around.push(Around { label: None, is_loop: true });
        let body = self.body(ends);
        self.around.pop();
        body
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
                // What holds no statements is left behind at its semicolon, if it is wrong.
                let holds_others = parser.is_any(&HOLD_STATEMENTS) || parser.is_sign_at(1, ":");
                match parser.statement().and_then(|read| parser.expect_sign(";").map(|()| read)) {
                    Ok(statement) => statements.push(statement),
                    Err(error) if holds_others || error.code == "sql-depth" => return Err(error),
                    Err(error) => {
                        parser.recover(error, &[], &[]);
                        if !parser.take_sign(";") {
                            return Err(parser.expected(ends.first().unwrap_or(&"END")));
                        }
                    }
                }
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
        match self.dml_suffix()? {
            Some(what) => Ok(StatementKind::Foreign(what)),
            None => Ok(StatementKind::Merge(Box::new(Merge { table, source, condition, clauses }))),
        }
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
