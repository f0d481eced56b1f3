//! CREATE FUNCTION, CREATE TABLE FUNCTION, CREATE PROCEDURE.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    Create, CreateFunction, CreateProcedure, DataType, Ident, Span, StatementKind,
};

/// What stands between the arguments of a routine and its end.
#[derive(Default)]
struct Parts {
    returns: Option<DataType>,
    /// Clauses that make it another thing than GoogleSQL.
    clauses: Vec<(String, Span)>,
}

impl Parser {
    pub(super) fn create_function(&mut self, mut create: Create) -> Parsed<StatementKind> {
        let arguments = self.routine_arguments(&mut create)?;
        let mut parts = self.routine_parts()?;
        let mut body = None;
        let here = self.here();
        if self.take_word("AS") {
            match self.peek(0) {
                // The text of another language.
                Token::Text(_) => self.skip(),
                _ => body = Some(self.in_parentheses(Self::expression)?),
            }
            // Options may stand before the body and behind it.
            parts.clauses.extend(self.routine_parts()?.clauses);
        }
        if body.is_none() && parts.clauses.is_empty() {
            parts.clauses.push(("a function without a body".to_owned(), self.since(here)));
        }
        create.clauses.extend(parts.clauses);
        let function = CreateFunction { create, arguments, returns: parts.returns, body };
        Ok(StatementKind::CreateFunction(Box::new(function)))
    }

    /// `CREATE … TABLE FUNCTION name(…) … AS query`
    pub(super) fn create_table_function(&mut self) -> Parsed<StatementKind> {
        self.skip();
        let (or_replace, temporary) = self.create_head();
        self.skip();
        self.skip();
        let mut create = self.create_name(or_replace, temporary)?;
        self.routine_arguments(&mut create)?;
        self.routine_parts()?;
        if self.take_word("AS") {
            match self.peek(0) {
                Token::Text(_) => self.skip(),
                _ => {
                    self.query()?;
                }
            }
        }
        Ok(StatementKind::Other("CREATE TABLE FUNCTION".to_owned()))
    }

    /// `CREATE … PROCEDURE name(…) … BEGIN … END`
    pub(super) fn procedure(&mut self) -> Parsed<StatementKind> {
        self.skip();
        let (or_replace, temporary) = self.create_head();
        self.expect_word("PROCEDURE")?;
        let mut create = self.create_name(or_replace, temporary)?;
        self.routine_arguments(&mut create)?;
        self.routine_parts()?;
        let body = match self.take_word("AS") {
            true => {
                let Token::Text(_) = self.next() else { return Err(self.expected("a text")) };
                None
            }
            false if self.is_word("BEGIN") => {
                // Loops around the definition are not around what it does.
                let around = std::mem::take(&mut self.around);
                let body = self.statement();
                self.around = around;
                Some(Box::new(body?))
            }
            // Its code lies elsewhere.
            false => None,
        };
        let procedure = CreateProcedure { create, body };
        Ok(StatementKind::CreateProcedure(Box::new(procedure)))
    }

    /// Arguments with their types; `ANY TYPE` is none.
    fn routine_arguments(&mut self, create: &mut Create) -> Parsed<Vec<(Ident, Option<DataType>)>> {
        self.in_parentheses(|parser| match parser.is_sign(")") {
            true => Ok(Vec::new()),
            false => parser.list(|parser| parser.routine_argument(create)),
        })
    }

    fn routine_argument(&mut self, create: &mut Create) -> Parsed<(Ident, Option<DataType>)> {
        let start = self.here();
        if self.is_any(&["IN", "OUT", "INOUT"]) && self.is_name_at(1) {
            self.skip();
        }
        let has_name = !self.is_sign_at(1, ",") && !self.is_sign_at(1, ")");
        let name = match has_name {
            true => self.ident("an argument")?,
            false => Ident { value: String::new(), span: start, quoted: false },
        };
        let mut data_type = None;
        if self.take_word("ANY") {
            let here = self.here();
            let word = self.member()?;
            if !word.is("TYPE") {
                create.clauses.push((format!("`ANY {word}`"), here));
            }
        } else if self.is_word("TABLE") && !self.is_sign_at(1, "<") {
            create.clauses.push(("an argument that is a table".to_owned(), self.here()));
            self.skip();
        } else {
            data_type = Some(self.collated_type()?);
        }
        loop {
            let here = self.here();
            let clause = if self.take_words(&["NOT", "AGGREGATE"]) {
                "`NOT AGGREGATE`"
            } else if self.take_word("DEFAULT") {
                self.expression()?;
                "the default of an argument"
            } else if self.take_word("AS") {
                self.ident("an alias")?;
                "an alias of an argument"
            } else {
                return Ok((name, data_type));
            };
            create.clauses.push((clause.to_owned(), self.since(here)));
        }
    }

    fn routine_parts(&mut self) -> Parsed<Parts> {
        let mut parts = Parts::default();
        loop {
            let here = self.here();
            if self.take_word("RETURNS") {
                parts.returns = Some(self.collated_type()?);
            } else if self.take_words(&["NOT", "DETERMINISTIC"])
                || ["DETERMINISTIC", "IMMUTABLE", "STABLE", "VOLATILE"]
                    .iter()
                    .any(|word| self.take_word(word))
            {
                // It says how often the function may be called.
            } else if self.take_word("OPTIONS") {
                self.over_parentheses()?;
            } else if self.take_word("LANGUAGE") {
                let name = self.ident("a language")?;
                parts.clauses.push((format!("LANGUAGE `{name}`"), self.since(here)));
            } else if self.take_word("REMOTE") {
                parts.clauses.push(("`REMOTE`".to_owned(), self.since(here)));
            } else if self.take_words(&["WITH", "CONNECTION"]) {
                self.table_path()?;
                parts.clauses.push(("`WITH CONNECTION`".to_owned(), self.since(here)));
            } else if self.take_words(&["SQL", "SECURITY"])
                || self.take_words(&["EXTERNAL", "SECURITY"])
            {
                self.ident("INVOKER or DEFINER")?;
                parts.clauses.push(("`SQL SECURITY`".to_owned(), self.since(here)));
            } else {
                return Ok(parts);
            }
        }
    }
}
