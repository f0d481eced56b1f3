//! Statements: queries, DML, and what else hooks and operations hold.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    AlterAction, Assignment, Create, Delete, DropKind, Insert, InsertSource, Statement,
    StatementKind, Update,
};

impl Parser {
    /// Statements separated by semicolons. A mistake in one leaves the others.
    pub(super) fn statements(&mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        loop {
            while self.take_sign(";") {}
            if self.is_end() {
                return statements;
            }
            match self.statement() {
                Ok(statement) => statements.push(statement),
                Err(error) => self.recover(error, &[], &[]),
            }
            if !self.is_end() && !self.is_sign(";") {
                let error = self.expected("the end of the statement");
                self.recover(error, &[], &[]);
            }
        }
    }

    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        let start = self.here();
        let kind = self.statement_kind()?;
        Ok(Statement { kind, span: self.since(start) })
    }

    fn statement_kind(&mut self) -> Parsed<StatementKind> {
        if self.begins_query() || self.is_sign("(") {
            return Ok(StatementKind::Query(Box::new(self.query()?)));
        }
        let Token::Word(word) = self.peek(0) else { return Err(self.expected("a statement")) };
        let found = match word.to_ascii_uppercase().as_str() {
            "INSERT" => self.insert()?,
            "DELETE" => self.delete()?,
            "UPDATE" => self.update()?,
            "CREATE" => self.create()?,
            "DROP" => self.drop_statement()?,
            "ALTER" => self.alter()?,
            "TRUNCATE" => {
                self.skip();
                self.expect_word("TABLE")?;
                StatementKind::Truncate(self.table_path()?)
            }
            "ASSERT" => {
                self.skip();
                let condition = Box::new(self.expression()?);
                let message = match self.take_word("AS") {
                    true => Some(Box::new(self.expression()?)),
                    false => None,
                };
                StatementKind::Assert(condition, message)
            }
            "BEGIN" | "START" if self.ends_behind("TRANSACTION") => StatementKind::Begin,
            "COMMIT" if self.ends_behind("TRANSACTION") => StatementKind::Commit,
            "ROLLBACK" if self.ends_behind("TRANSACTION") => StatementKind::Rollback,
            "MERGE" => self.merge()?,
            other => {
                let other = other.to_owned();
                match self.script_statement()? {
                    Some(script) => StatementKind::Script(Box::new(script)),
                    None if STATEMENTS.contains(&other.as_str()) => self.other_statement(),
                    None => {
                        return Err(self.expected("a statement: SELECT, INSERT, CREATE, …"));
                    }
                }
            }
        };
        Ok(found)
    }

    /// Takes the statement's word and an optional one behind it, if nothing else follows.
    fn ends_behind(&mut self, word: &str) -> bool {
        let length = 1 + usize::from(self.is_word_at(1, word));
        let ends = matches!(self.peek(length), Token::End | Token::Sign(";"));
        if ends {
            (0..length).for_each(|_| self.skip());
        }
        ends
    }

    /// The first words of a statement that is known by name only; the rest is gone over.
    pub(super) fn other_statement(&mut self) -> StatementKind {
        let mut words = Vec::new();
        while !self.is_end() && !self.is_sign(";") {
            if words.len() < 3 {
                let shown = self.peek(0).shown();
                words.push(shown.trim_matches('`').to_owned());
            }
            self.skip();
        }
        StatementKind::Other(words.join(" "))
    }

    fn insert(&mut self) -> Parsed<StatementKind> {
        self.expect_word("INSERT")?;
        self.take_word("INTO");
        let table = self.table_path()?;
        let columns =
            match self.is_sign("(") && !self.is_word_at(1, "SELECT") && !self.is_word_at(1, "WITH")
            {
                true => self.column_list()?,
                false => Vec::new(),
            };
        let source = if self.take_word("VALUES") {
            let rows =
                self.list(|parser| parser.in_parentheses(|parser| parser.list(Self::expression)))?;
            InsertSource::Values(rows)
        } else if self.begins_query() || self.is_sign("(") {
            InsertSource::Query(Box::new(self.query()?))
        } else {
            return Err(self.expected("VALUES or a query"));
        };
        Ok(StatementKind::Insert(Box::new(Insert { table, columns, source })))
    }

    fn delete(&mut self) -> Parsed<StatementKind> {
        self.expect_word("DELETE")?;
        self.take_word("FROM");
        let table = self.table()?;
        let filter = match self.take_word("WHERE") {
            true => Some(self.expression()?),
            false => None,
        };
        Ok(StatementKind::Delete(Box::new(Delete { table, filter })))
    }

    fn update(&mut self) -> Parsed<StatementKind> {
        self.expect_word("UPDATE")?;
        let table = self.table()?;
        self.expect_word("SET")?;
        let assignments = self.assignments()?;
        let from = match self.is_word("FROM") {
            true => self.tables_of_from()?,
            false => Vec::new(),
        };
        let filter = match self.take_word("WHERE") {
            true => Some(self.expression()?),
            false => None,
        };
        Ok(StatementKind::Update(Box::new(Update { table, assignments, from, filter })))
    }

    /// `a = 1, b = 2`
    pub(super) fn assignments(&mut self) -> Parsed<Vec<Assignment>> {
        self.list(|parser| {
            let target = parser.table_path()?;
            parser.expect_sign("=")?;
            Ok(Assignment { target, value: parser.expression()? })
        })
    }

    fn drop_statement(&mut self) -> Parsed<StatementKind> {
        let kinds =
            [("TABLE", DropKind::Table), ("VIEW", DropKind::View), ("SCHEMA", DropKind::Schema)];
        let Some((_, kind)) = kinds.iter().find(|(word, _)| self.is_word_at(1, word)) else {
            return Ok(self.other_statement());
        };
        self.skip();
        self.skip();
        let if_exists = self.take_words(&["IF", "EXISTS"]);
        let name = self.table_path()?;
        let cascade = self.take_word("CASCADE");
        if !cascade {
            self.take_word("RESTRICT");
        }
        Ok(StatementKind::Drop { kind: *kind, if_exists, name, cascade })
    }

    fn alter(&mut self) -> Parsed<StatementKind> {
        if !self.is_word_at(1, "TABLE") {
            return Ok(self.other_statement());
        }
        self.skip();
        self.skip();
        let if_exists = self.take_words(&["IF", "EXISTS"]);
        let name = self.table_path()?;
        let actions = self.list(Self::alter_action)?;
        Ok(StatementKind::AlterTable { if_exists, name, actions })
    }

    fn alter_action(&mut self) -> Parsed<AlterAction> {
        if self.take_words(&["ADD", "COLUMN"]) {
            let absent = self.take_words(&["IF", "NOT", "EXISTS"]);
            return Ok(AlterAction::Add(absent, Box::new(self.column_def(false)?)));
        }
        if self.take_words(&["DROP", "COLUMN"]) {
            let exists = self.take_words(&["IF", "EXISTS"]);
            return Ok(AlterAction::Drop(exists, self.ident("a column")?));
        }
        if self.take_words(&["RENAME", "COLUMN"]) {
            self.take_words(&["IF", "EXISTS"]);
            let old = self.ident("a column")?;
            self.expect_word("TO")?;
            return Ok(AlterAction::Rename(old, self.ident("its new name")?));
        }
        match self.other_statement() {
            StatementKind::Other(words) => Ok(AlterAction::Other(words)),
            _ => Err(self.expected("ADD COLUMN, DROP COLUMN or RENAME COLUMN")),
        }
    }

    /// `[OR REPLACE] [TEMP] …`; what follows is the kind of thing.
    pub(super) fn create_head(&mut self) -> (bool, bool) {
        let or_replace = self.take_words(&["OR", "REPLACE"]);
        let temporary = self.take_word("TEMP") || self.take_word("TEMPORARY");
        (or_replace, temporary)
    }

    /// `[IF NOT EXISTS] name`
    pub(super) fn create_name(&mut self, or_replace: bool, temporary: bool) -> Parsed<Create> {
        let if_not_exists = self.take_words(&["IF", "NOT", "EXISTS"]);
        let name = self.table_path()?;
        Ok(Create { or_replace, temporary, if_not_exists, name, clauses: Vec::new() })
    }
}

/// Statements that are known by name only.
const STATEMENTS: [&str; 12] = [
    "SET", "START", "COMMIT", "ROLLBACK", "CALL", "EXPORT", "LOAD", "GRANT", "REVOKE", "EXPLAIN",
    "DESCRIBE", "SHOW",
];
