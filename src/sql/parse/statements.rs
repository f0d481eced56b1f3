//! Statements: queries, DML, and what else hooks and operations hold.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    AlterAction, Assignment, Create, Delete, DropKind, Expr, ExprKind, Ident, Insert, InsertSource,
    Path, Statement, StatementKind, Table, TableKind, Update,
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
                let name = self.table_path()?;
                match self.take_word("WHERE") {
                    true => {
                        self.expression()?;
                        StatementKind::Foreign("TRUNCATE TABLE with WHERE")
                    }
                    false => StatementKind::Truncate(name),
                }
            }
            "EXPORT" if self.is_word_at(1, "DATA") => self.export()?,
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
            "BEGIN" | "START" if self.is_word_at(1, "TRANSACTION") => self.other_statement(),
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
        let mode = self.insert_mode();
        self.take_word("INTO");
        let table = self.table_path()?;
        let part = self.over_subscripts()?.then_some("INSERT into elements of an array");
        let mode = mode.or(part);
        let holds_query = ["SELECT", "WITH", "FROM"].iter().any(|word| self.is_word_at(1, word));
        let columns = match self.is_sign("(") && !holds_query && !self.is_sign_at(1, "(") {
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
        match self.dml_suffix()?.or(mode) {
            Some(what) => Ok(StatementKind::Foreign(what)),
            None => Ok(StatementKind::Insert(Box::new(Insert { table, columns, source }))),
        }
    }

    fn delete(&mut self) -> Parsed<StatementKind> {
        self.expect_word("DELETE")?;
        self.take_word("FROM");
        let table = self.table()?;
        let is_part = self.over_subscripts()?;
        let filter = match self.take_word("WHERE") {
            true => Some(self.expression()?),
            false => None,
        };
        let part = is_part.then_some("DELETE of elements of an array");
        match self.dml_suffix()?.or(part) {
            Some(what) => Ok(StatementKind::Foreign(what)),
            None => Ok(StatementKind::Delete(Box::new(Delete { table, filter }))),
        }
    }

    /// `OR IGNORE` and its like.
    fn insert_mode(&mut self) -> Option<&'static str> {
        let ahead = usize::from(self.is_word("OR"));
        let is_mode =
            ["IGNORE", "REPLACE", "UPDATE"].iter().any(|word| self.is_word_at(ahead, word));
        let goes_on = self.is_word_at(ahead + 1, "INTO")
            || self.is_name_at(ahead + 1) && !self.is_word_at(ahead + 1, "VALUES");
        if !is_mode || !(ahead == 1 || goes_on) {
            return None;
        }
        (0..=ahead).for_each(|_| self.skip());
        Some("INSERT OR IGNORE, REPLACE or UPDATE")
    }

    /// What BigQuery does not have behind INSERT, UPDATE, DELETE and MERGE.
    pub(super) fn dml_suffix(&mut self) -> Parsed<Option<&'static str>> {
        let mut found = None;
        if self.take_words(&["ON", "CONFLICT"]) {
            found = Some("ON CONFLICT");
            let ends = ["ASSERT_ROWS_MODIFIED", "THEN"];
            while !self.is_end() && !self.is_sign(";") && !self.is_sign(")") && !self.is_any(&ends)
            {
                match self.is_sign("(") {
                    true => self.over_brackets()?,
                    false => self.skip(),
                }
            }
        }
        if self.take_word("ASSERT_ROWS_MODIFIED") {
            found = Some("ASSERT_ROWS_MODIFIED");
            self.expression()?;
        }
        if self.take_words(&["THEN", "RETURN"]) {
            found = Some("THEN RETURN");
            if self.take_words(&["WITH", "ACTION"]) && self.take_word("AS") {
                self.ident("an alias")?;
            }
            self.select_list()?;
        }
        Ok(found)
    }

    /// Goes over `[…]` and `.(…)` behind a path; whether there were any.
    fn over_subscripts(&mut self) -> Parsed<bool> {
        let start = self.position();
        while self.is_sign("[") || self.is_sign(".") {
            match self.take_sign(".") {
                true => self.over_member()?,
                false => self.over_brackets()?,
            }
        }
        Ok(self.position() > start)
    }

    fn update(&mut self) -> Parsed<StatementKind> {
        self.expect_word("UPDATE")?;
        let table = self.table()?;
        let part = self.over_subscripts()?.then_some("UPDATE of elements of an array");
        if part.is_some() {
            self.alias(&[])?;
        }
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
        let update = Update { table, assignments, from, filter };
        match self.dml_suffix()?.or(part) {
            Some(what) => Ok(StatementKind::Foreign(what)),
            None => Ok(StatementKind::Update(Box::new(update))),
        }
    }

    /// `a = 1, b = 2`
    pub(super) fn assignments(&mut self) -> Parsed<Vec<Assignment>> {
        self.list(|parser| {
            if parser.is_sign("(") {
                return parser.nested_change();
            }
            let start = parser.here();
            let target = parser.table_path()?;
            let is_part = parser.over_subscripts()?;
            let span = parser.since(start);
            parser.expect_sign("=")?;
            let mut value = parser.expression()?;
            if is_part {
                value = Expr::new(ExprKind::Foreign("SET of an element"), span);
            }
            Ok(Assignment { target, value })
        })
    }

    /// `(INSERT …)` in the place of an assignment.
    fn nested_change(&mut self) -> Parsed<Assignment> {
        let start = self.here();
        let inner = self.in_parentheses(|parser| parser.deeper(Self::statement))?;
        let name = |table: &Table| match &table.kind {
            TableKind::Named { name, .. } => Some(name.clone()),
            _ => None,
        };
        let target = match &inner.kind {
            StatementKind::Insert(insert) => Some(insert.table.clone()),
            StatementKind::Update(update) => name(&update.table),
            StatementKind::Delete(delete) => name(&delete.table),
            StatementKind::Foreign(_) => None,
            _ => return Err(self.error("expected INSERT, UPDATE or DELETE", inner.span)),
        };
        let span = self.since(start);
        let nested = Ident { value: "nested".to_owned(), span, quoted: false };
        let target = target.unwrap_or(Path { parts: vec![nested], span });
        Ok(Assignment { target, value: Expr::new(ExprKind::Foreign("DML inside UPDATE"), span) })
    }

    /// `EXPORT DATA … AS query`
    fn export(&mut self) -> Parsed<StatementKind> {
        self.skip();
        self.skip();
        if self.take_words(&["WITH", "CONNECTION"]) {
            self.table_path()?;
        }
        if self.take_word("OPTIONS") {
            self.over_brackets()?;
        }
        self.expect_word("AS")?;
        self.query()?;
        Ok(StatementKind::Other("EXPORT DATA".to_owned()))
    }

    fn drop_statement(&mut self) -> Parsed<StatementKind> {
        let kinds =
            [("TABLE", DropKind::Table), ("VIEW", DropKind::View), ("SCHEMA", DropKind::Schema)];
        let kind = kinds.iter().find(|(word, _)| self.is_word_at(1, word));
        let (Some((_, kind)), false) = (kind, self.is_word_at(2, "FUNCTION")) else {
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
const STATEMENTS: [&str; 21] = [
    "SET", "START", "COMMIT", "ROLLBACK", "CALL", "EXPORT", "LOAD", "GRANT", "REVOKE", "EXPLAIN",
    "DESCRIBE", "DESC", "SHOW", "UNDROP", "ANALYZE", "IMPORT", "MODULE", "DEFINE", "CLONE",
    "RENAME", "RUN",
];
