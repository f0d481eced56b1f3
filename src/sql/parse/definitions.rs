//! CREATE.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{ColumnDef, Create, CreateTable, CreateView, StatementKind};

impl Parser {
    pub(super) fn create(&mut self) -> Parsed<StatementKind> {
        // What it creates stands behind some words.
        let words = ["OR", "REPLACE", "TEMP", "TEMPORARY", "MATERIALIZED"];
        let mut ahead = 1;
        while words.iter().any(|word| self.is_word_at(ahead, word)) {
            ahead += 1;
        }
        if self.is_word_at(ahead, "PROCEDURE") {
            return self.procedure();
        }
        if self.is_word_at(ahead, "TABLE") && self.is_word_at(ahead + 1, "FUNCTION") {
            return self.create_table_function();
        }
        let known = ["TABLE", "VIEW", "SCHEMA", "FUNCTION"];
        if !known.iter().any(|word| self.is_word_at(ahead, word)) {
            return Ok(self.other_statement());
        }
        self.skip();
        let (or_replace, temporary) = self.create_head();
        let materialized = self.take_word("MATERIALIZED");
        if self.take_word("TABLE") {
            let create = self.create_name(or_replace, temporary)?;
            return self.create_table(create);
        }
        if self.take_word("VIEW") {
            let create = self.create_name(or_replace, temporary)?;
            return self.create_view(create, materialized);
        }
        if self.take_word("FUNCTION") {
            let create = self.create_name(or_replace, temporary)?;
            return self.create_function(create);
        }
        self.expect_word("SCHEMA")?;
        let mut create = self.create_name(or_replace, temporary)?;
        self.clauses(&mut create)?;
        Ok(StatementKind::CreateSchema(Box::new(create)))
    }

    fn create_table(&mut self, mut create: Create) -> Parsed<StatementKind> {
        let columns = match self.is_sign("(") {
            true => Some(self.in_parentheses(|parser| parser.column_defs(&mut create))?),
            false => None,
        };
        self.clauses(&mut create)?;
        let query = match self.take_word("AS") {
            true => Some(self.query()?),
            false => None,
        };
        Ok(StatementKind::CreateTable(Box::new(CreateTable { create, columns, query })))
    }

    fn create_view(&mut self, mut create: Create, materialized: bool) -> Parsed<StatementKind> {
        let mut columns = Vec::new();
        if self.is_sign("(") {
            columns = self.in_parentheses(|parser| {
                parser.list(|parser| {
                    let name = parser.ident("a column")?;
                    if parser.take_word("OPTIONS") {
                        parser.over_parentheses()?;
                    }
                    Ok(name)
                })
            })?;
        }
        self.clauses(&mut create)?;
        self.expect_word("AS")?;
        if self.take_words(&["REPLICA", "OF"]) {
            self.table_path()?;
            return Ok(StatementKind::Other("CREATE MATERIALIZED VIEW AS REPLICA".to_owned()));
        }
        let query = self.query()?;
        let view = CreateView { create, materialized, columns, query };
        Ok(StatementKind::CreateView(Box::new(view)))
    }

    /// What stands between the name and AS. Partitioning, clustering and options change no row.
    pub(super) fn clauses(&mut self, create: &mut Create) -> Parsed<()> {
        loop {
            let here = self.here();
            if self.take_words(&["PARTITION", "BY"]) || self.take_words(&["CLUSTER", "BY"]) {
                self.list(Self::expression)?;
            } else if self.take_word("OPTIONS") {
                self.over_parentheses()?;
            } else if self.is_any(&["LIKE", "COPY", "CLONE"]) {
                let word = self.peek(0).shown().to_ascii_uppercase();
                self.skip();
                self.table_path()?;
                create.clauses.push((word, self.since(here)));
            } else if self.take_word("WHERE") {
                self.expression()?;
                create.clauses.push(("`WHERE`".to_owned(), self.since(here)));
            } else if self.take_words(&["FOR", "SYSTEM_TIME", "AS", "OF"]) {
                self.expression()?;
                create.clauses.push(("`FOR SYSTEM_TIME AS OF`".to_owned(), self.since(here)));
            } else if self.take_words(&["DEFAULT", "COLLATE"]) {
                self.expression()?;
                create.clauses.push(("`DEFAULT COLLATE`".to_owned(), self.since(here)));
            } else if self.take_words(&["WITH", "CONNECTION"]) {
                self.table_path()?;
                create.clauses.push(("`WITH CONNECTION`".to_owned(), self.since(here)));
            } else if self.take_words(&["SQL", "SECURITY"]) {
                self.ident("INVOKER or DEFINER")?;
                create.clauses.push(("`SQL SECURITY`".to_owned(), self.since(here)));
            } else {
                return Ok(());
            }
        }
    }

    fn column_defs(&mut self, create: &mut Create) -> Parsed<Vec<ColumnDef>> {
        let mut columns = Vec::new();
        loop {
            let is_key = self.are_words(&["PRIMARY", "KEY"])
                || self.are_words(&["FOREIGN", "KEY"])
                || self.is_word("CONSTRAINT");
            if is_key || self.is_word("CHECK") && self.is_sign_at(1, "(") {
                self.table_key(create)?;
            } else {
                columns.push(self.column_def(true)?);
            }
            // A comma may stand behind the last one.
            if !self.take_sign(",") || self.is_sign(")") {
                return Ok(columns);
            }
        }
    }

    /// A key, which nothing enforces.
    fn table_key(&mut self, create: &mut Create) -> Parsed<()> {
        if self.take_word("CONSTRAINT") {
            self.take_words(&["IF", "NOT", "EXISTS"]);
            self.ident("the name of a constraint")?;
        }
        let here = self.here();
        if self.take_word("CHECK") {
            self.in_parentheses(Self::expression)?;
            create.clauses.push(("`CHECK`".to_owned(), self.since(here)));
            return self.enforcement();
        }
        if self.take_words(&["FOREIGN", "KEY"]) {
            self.column_list()?;
            self.references()?;
        } else {
            self.expect_word("PRIMARY")?;
            self.expect_word("KEY")?;
            self.column_list()?;
        }
        self.enforcement()
    }

    /// What may stand behind a key.
    fn enforcement(&mut self) -> Parsed<()> {
        let _ = self.take_words(&["NOT", "ENFORCED"]) || self.take_word("ENFORCED");
        if self.take_word("OPTIONS") {
            self.over_parentheses()?;
        }
        Ok(())
    }

    fn references(&mut self) -> Parsed<()> {
        self.expect_word("REFERENCES")?;
        self.table_path()?;
        self.column_list()?;
        Ok(())
    }

    /// A column with its type; names alone are enough where a query fills the table (`names`).
    pub(super) fn column_def(&mut self, names: bool) -> Parsed<ColumnDef> {
        let start = self.here();
        let name = self.ident("a column")?;
        let is_bare = names
            && (self.is_sign(",")
                || self.is_sign(")")
                || self.is_any(&["OPTIONS", "DEFAULT", "AS", "GENERATED"]));
        let data_type = match is_bare {
            true => None,
            false => Some(self.data_type()?),
        };
        let mut column = ColumnDef {
            name,
            data_type,
            not_null: false,
            default: None,
            others: Vec::new(),
            span: start,
        };
        loop {
            if self.take_words(&["NOT", "NULL"]) {
                column.not_null = true;
            } else if self.take_word("DEFAULT") {
                column.default = Some(self.expression()?);
            } else if self.take_word("OPTIONS") {
                if self.over_parentheses()?.contains(&"ROUNDING_MODE".to_owned()) {
                    column.others.push("rounding_mode".to_owned());
                }
            } else if self.take_words(&["PRIMARY", "KEY"]) {
                let _ = self.take_words(&["NOT", "ENFORCED"]) || self.take_word("ENFORCED");
            } else if self.is_word("REFERENCES") {
                self.references()?;
                self.take_words(&["NOT", "ENFORCED"]);
            } else if self.take_word("COLLATE") {
                self.expression()?;
                column.others.push("COLLATE".to_owned());
            } else if self.is_any(&["AS", "GENERATED"]) {
                self.generated()?;
                column.others.push("GENERATED ALWAYS AS".to_owned());
            } else if self.take_word("HIDDEN") {
                column.others.push("HIDDEN".to_owned());
            } else if self.is_any(&["FOLLOWING", "PRECEDING"]) {
                self.skip();
                self.ident("a column")?;
            } else if self.take_words(&["FILL", "USING"]) {
                self.expression()?;
                column.others.push("FILL USING".to_owned());
            } else {
                column.span = self.since(start);
                return Ok(column);
            }
        }
    }

    /// `[GENERATED ALWAYS | BY DEFAULT] AS (expression) STORED`, `… AS IDENTITY (…)`
    fn generated(&mut self) -> Parsed<()> {
        if self.take_word("GENERATED") && !self.take_word("ALWAYS") {
            self.expect_word("BY")?;
            self.expect_word("DEFAULT")?;
        }
        self.expect_word("AS")?;
        self.take_word("IDENTITY");
        if self.is_sign("(") {
            self.over_brackets()?;
        }
        if self.take_word("STORED") {
            self.take_word("VOLATILE");
        }
        Ok(())
    }

    /// Goes over what stands in parentheses; its words in capitals.
    pub(super) fn over_parentheses(&mut self) -> Parsed<Vec<String>> {
        let mut words = Vec::new();
        let mut open = 0usize;
        loop {
            match self.peek(0) {
                Token::Sign("(") => open += 1,
                Token::Sign(")") if open > 0 => open -= 1,
                Token::Word(word) => words.push(word.to_ascii_uppercase()),
                Token::End | Token::Sign(";") => return Err(self.expected("`)`")),
                _ if open == 0 => return Err(self.expected("`(`")),
                _ => {}
            }
            self.skip();
            if open == 0 {
                return Ok(words);
            }
        }
    }
}
