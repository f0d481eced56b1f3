//! SELECT and its clauses.

use super::cursor::{Parsed, Parser};
use crate::sql::ast::{
    Expr, ExprKind, GroupBy, GroupItem, GroupItemKind, Select, SelectItem, SelectMode, Span, Star,
};

/// Where the reading goes on behind a mistake in a SELECT list.
const CLAUSES: [&str; 11] = [
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "QUALIFY",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "UNION",
    "INTERSECT",
    "EXCEPT",
];

impl Parser {
    pub(super) fn select(&mut self) -> Parsed<Select> {
        let start = self.here();
        self.expect_word("SELECT")?;
        let with = self.select_with()?;
        let distinct = self.distinct();
        let mode = self.select_mode()?;
        let mode = with.or(mode);
        let items = self.select_list()?;
        let from = match self.is_word("FROM") {
            true => self.tables_of_from()?,
            false => Vec::new(),
        };
        let filter = self.clause("WHERE")?;
        let group_by = match self.take_words(&["GROUP", "BY"]) {
            true => Some(self.group_by()?),
            false => None,
        };
        let having = self.clause("HAVING")?;
        let qualify = self.clause("QUALIFY")?;
        let windows = self.named_windows()?;
        let span = self.since(start);
        Ok(Select { distinct, mode, items, from, filter, group_by, having, qualify, windows, span })
    }

    /// `WITH DIFFERENTIAL_PRIVACY OPTIONS (…)` and its like.
    pub(super) fn select_with(&mut self) -> Parsed<Option<SelectMode>> {
        if !self.is_word("WITH") || !self.is_name_at(1) {
            return Ok(None);
        }
        self.skip();
        let name = self.ident("a name")?;
        if self.take_word("OPTIONS") {
            self.over_brackets()?;
        }
        Ok(Some(SelectMode::With(name.value)))
    }

    /// DISTINCT or ALL.
    pub(super) fn distinct(&mut self) -> bool {
        let distinct = self.take_word("DISTINCT");
        if !distinct {
            self.take_word("ALL");
        }
        distinct
    }

    /// `AS STRUCT`, `AS VALUE`, `AS type`
    pub(super) fn select_mode(&mut self) -> Parsed<Option<SelectMode>> {
        if !self.take_word("AS") {
            return Ok(None);
        }
        if self.take_word("STRUCT") {
            return Ok(Some(SelectMode::Struct));
        }
        if self.take_word("VALUE") {
            return Ok(Some(SelectMode::Value));
        }
        Ok(Some(SelectMode::Type(self.table_path()?.to_string())))
    }

    /// `WHERE condition` and its like, if it is next.
    fn clause(&mut self, word: &str) -> Parsed<Option<Expr>> {
        match self.take_word(word) {
            true => self.expression().map(Some),
            false => Ok(None),
        }
    }

    /// A SELECT list. A mistake in an item leaves the others.
    pub(super) fn select_list(&mut self) -> Parsed<Vec<SelectItem>> {
        let mut items = Vec::new();
        loop {
            let start = self.here();
            match self.select_item() {
                Ok(item) => items.push(item),
                Err(error) if error.code == "sql-depth" => return Err(error),
                Err(error) => {
                    self.recover(error, &CLAUSES, &[",", ")", "|>"]);
                    let wrong = Expr::new(ExprKind::Wrong, self.since(start));
                    items.push(SelectItem::Expr(wrong, None));
                }
            }
            // A comma may stand behind the last item.
            let ends = !self.take_sign(",")
                || self.is_end()
                || self.is_any(&CLAUSES)
                || self.is_sign(")")
                || self.is_sign(";")
                || self.is_sign("|>");
            if ends {
                return Ok(items);
            }
        }
    }

    pub(super) fn select_item(&mut self) -> Parsed<SelectItem> {
        let start = self.here();
        if self.take_sign("*") {
            return self.star(None, start);
        }
        let value = self.expression()?;
        if self.is_sign(".") && self.is_sign_at(1, "*") {
            self.skip();
            self.skip();
            return self.star(Some(value), start);
        }
        let alias = self.alias(&[])?;
        if alias.is_none() && self.is_sign("(") {
            return Err(self.expected("`,`, an alias or the next clause"));
        }
        Ok(SelectItem::Expr(value, alias))
    }

    fn star(&mut self, of: Option<Expr>, start: Span) -> Parsed<SelectItem> {
        let mut except = Vec::new();
        let mut replace = Vec::new();
        // `SELECT * EXCEPT DISTINCT SELECT …` has none.
        if self.is_word("EXCEPT") && self.is_sign_at(1, "(") {
            self.skip();
            except = self.column_list()?;
        }
        if self.is_word("REPLACE") && self.is_sign_at(1, "(") {
            self.skip();
            replace = self.in_parentheses(|parser| {
                parser.list(|parser| {
                    let value = parser.expression()?;
                    parser.take_word("AS");
                    Ok((value, parser.ident("a column")?))
                })
            })?;
        }
        Ok(SelectItem::Star(Star { of, except, replace, span: self.since(start) }))
    }

    /// What stands behind GROUP BY.
    pub(super) fn group_by(&mut self) -> Parsed<GroupBy> {
        if self.take_word("ALL") {
            return Ok(GroupBy::All);
        }
        self.list(Self::group_item).map(GroupBy::Items)
    }

    fn group_item(&mut self) -> Parsed<GroupItem> {
        let start = self.here();
        let kind = if self.is_word("ROLLUP") && self.is_sign_at(1, "(") {
            self.skip();
            GroupItemKind::Rollup(self.in_parentheses(|parser| parser.list(Self::expression))?)
        } else if self.is_word("CUBE") && self.is_sign_at(1, "(") {
            self.skip();
            GroupItemKind::Cube(self.in_parentheses(|parser| parser.list(Self::expression))?)
        } else if self.take_words(&["GROUPING", "SETS"]) {
            let sets = self
                .in_parentheses(|parser| parser.deeper(|parser| parser.list(Self::group_item)))?;
            GroupItemKind::Sets(sets)
        } else if self.is_sign("(") && self.is_sign_at(1, ")") {
            self.skip();
            self.skip();
            GroupItemKind::Nothing
        } else {
            GroupItemKind::Key(self.expression()?)
        };
        let alias = match self.take_word("AS") {
            true => Some(self.ident("an alias")?),
            false => None,
        };
        let order = self.order_suffix();
        Ok(GroupItem { kind, alias, order, span: self.since(start) })
    }

    /// ASC (`false`) or DESC (`true`), if it is next; with NULLS FIRST or LAST as usual.
    pub(super) fn order_suffix(&mut self) -> Option<bool> {
        if self.take_word("ASC") {
            return Some(false);
        }
        self.take_word("DESC").then_some(true)
    }
}
