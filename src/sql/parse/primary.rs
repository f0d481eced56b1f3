//! Values: literals, names, parentheses, and what follows them.

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::ast::{
    DataType, Expr, ExprKind, Ident, Path, Query, Span, StructItem, SubscriptKind, When,
};

/// Types whose literals are written as the name and a text.
const TYPED_TEXTS: [&str; 10] = [
    "DATE",
    "DATETIME",
    "TIMESTAMP",
    "TIME",
    "NUMERIC",
    "DECIMAL",
    "BIGNUMERIC",
    "BIGDECIMAL",
    "JSON",
    "INTERVAL",
];

impl Parser {
    /// A value with its fields and elements.
    pub(super) fn postfix(&mut self) -> Parsed<Expr> {
        let start = self.here();
        let mut value = self.primary()?;
        loop {
            let kind = if self.is_sign(".") && !self.is_sign_at(1, "*") {
                self.skip();
                self.after_dot(value)?
            } else if self.take_sign("[") {
                let (how, index) = self.subscript()?;
                self.expect_sign("]")?;
                ExprKind::Subscript(Box::new(value), how, Box::new(index))
            } else {
                return Ok(value);
            };
            self.grow()?;
            value = Expr::new(kind, self.since(start));
        }
    }

    /// A field, or a function that is called on the value: `value.(f)(…)`.
    fn after_dot(&mut self, value: Expr) -> Parsed<ExprKind> {
        if self.is_sign("(") {
            let name = self.in_parentheses(Self::function_path)?;
            if !self.is_sign("(") {
                return Ok(ExprKind::Foreign("a field of an extension"));
            }
            return self.chained_call(value, name);
        }
        let name = self.member()?;
        if self.is_sign("(") && !matches!(value.kind, ExprKind::Path(_)) {
            let path = Path { span: name.span, parts: vec![name] };
            return self.chained_call(value, path);
        }
        Ok(ExprKind::Field(Box::new(value), name))
    }

    fn function_path(&mut self) -> Parsed<Path> {
        let start = self.here();
        let mut parts = vec![self.ident("a function")?];
        while self.take_sign(".") {
            parts.push(self.member()?);
        }
        Ok(Path { parts, span: self.since(start) })
    }

    fn subscript(&mut self) -> Parsed<(SubscriptKind, Expr)> {
        let kinds = [
            ("OFFSET", SubscriptKind::Offset),
            ("SAFE_OFFSET", SubscriptKind::SafeOffset),
            ("ORDINAL", SubscriptKind::Ordinal),
            ("SAFE_ORDINAL", SubscriptKind::SafeOrdinal),
        ];
        for (word, kind) in kinds {
            if self.is_word(word) && self.is_sign_at(1, "(") {
                self.skip();
                let index = self.in_parentheses(|parser| parser.deeper(Self::expression))?;
                return Ok((kind, index));
            }
        }
        Ok((SubscriptKind::Plain, self.deeper(Self::expression)?))
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.here();
        let kind = match self.peek(0) {
            Token::Number(text) => {
                let kind = ExprKind::Number(text.clone());
                self.skip();
                kind
            }
            Token::Text(text) => {
                let kind = ExprKind::Text(text.clone());
                self.skip();
                kind
            }
            Token::Bytes(bytes) => {
                let kind = ExprKind::Bytes(bytes.clone());
                self.skip();
                kind
            }
            Token::Sign("(") => self.deeper(Self::parenthesized)?,
            Token::Sign("[") => self.array(None)?,
            Token::Sign("@" | "@@" | "?") => self.parameter()?,
            Token::Quoted(_) => self.name_or_call()?,
            Token::Word(_) => return self.word(start),
            _ => return Err(self.expected("an expression")),
        };
        Ok(Expr::new(kind, self.since(start)))
    }

    /// What begins with a word.
    fn word(&mut self, start: Span) -> Parsed<Expr> {
        let Token::Word(word) = self.peek(0) else { return Err(self.expected("an expression")) };
        let upper = word.to_ascii_uppercase();
        let opens = self.is_sign_at(1, "(");
        let kind = match upper.as_str() {
            "NULL" => {
                self.skip();
                ExprKind::Null
            }
            "TRUE" | "FALSE" => {
                self.skip();
                ExprKind::Bool(upper == "TRUE")
            }
            "DEFAULT" => {
                self.skip();
                ExprKind::Default
            }
            "CASE" => self.deeper(Self::case)?,
            "CAST" | "SAFE_CAST" if opens => self.deeper(Self::cast)?,
            "EXTRACT" if opens => self.deeper(Self::extract)?,
            "EXISTS" if opens => {
                self.skip();
                let query = self.in_parentheses(|parser| parser.deeper(Self::query))?;
                ExprKind::Exists(Box::new(query))
            }
            "ARRAY" => self.deeper(Self::array_word)?,
            "STRUCT" => self.deeper(Self::structure)?,
            "RANGE" if self.is_sign_at(1, "<") => {
                let data_type = self.data_type()?;
                self.typed_text(data_type)?
            }
            "INTERVAL" if !matches!(self.peek(1), Token::Text(_)) || self.interval_is_long() => {
                self.deeper(Self::interval)?
            }
            "WITH" if opens => self.deeper(Self::with_expression)?,
            "NEW" if self.is_name_at(1) || self.is_sign_at(1, "(") => self.new_message()?,
            name if TYPED_TEXTS.contains(&name) && matches!(self.peek(1), Token::Text(_)) => {
                let data_type = self.data_type()?;
                self.typed_text(data_type)?
            }
            _ => self.name_or_call()?,
        };
        Ok(Expr::new(kind, self.since(start)))
    }

    /// Whether the text behind INTERVAL is followed by a part.
    fn interval_is_long(&self) -> bool {
        matches!(self.peek(2), Token::Word(_)) && self.is_name_at(2)
    }

    /// `NEW message(…)`, `NEW message {…}`
    fn new_message(&mut self) -> Parsed<ExprKind> {
        self.skip();
        if self.is_sign("(") {
            self.over_brackets()?;
        } else {
            self.constructed_type()?;
        }
        if self.is_sign("(") || self.is_sign("{") {
            self.over_brackets()?;
        }
        Ok(ExprKind::Foreign("`NEW`"))
    }

    /// A part of a path behind a dot: a name, or an extension in parentheses.
    pub(super) fn over_member(&mut self) -> Parsed<()> {
        match self.is_sign("(") {
            true => self.over_brackets(),
            false => self.member().map(|_| ()),
        }
    }

    fn typed_text(&mut self, data_type: DataType) -> Parsed<ExprKind> {
        match self.next() {
            Token::Text(text) => Ok(ExprKind::TypedText(data_type, text)),
            _ => Err(self.expected("a string literal")),
        }
    }

    /// `@name`, `@@name`, `?`.
    fn parameter(&mut self) -> Parsed<ExprKind> {
        let Token::Sign(sign) = self.next() else { return Err(self.expected("a parameter")) };
        let mut text = sign.to_owned();
        if sign != "?" {
            text.push_str(&self.member()?.value);
            while sign == "@@" && self.take_sign(".") {
                text.push('.');
                text.push_str(&self.member()?.value);
            }
        }
        Ok(ExprKind::Parameter(text))
    }

    /// `a.b.c`, `f(…)`, `a.b.f(…)`.
    fn name_or_call(&mut self) -> Parsed<ExprKind> {
        let start = self.here();
        let first = match self.peek(0) {
            // Keywords that are functions too.
            Token::Word(word)
                if self.is_sign_at(1, "(")
                    && ["IF", "LEFT", "RIGHT", "GROUPING", "RANGE", "COLLATE"]
                        .iter()
                        .any(|name| word.eq_ignore_ascii_case(name)) =>
            {
                self.member()?
            }
            _ => self.ident("an expression")?,
        };
        let mut parts = vec![first];
        while self.is_sign(".") && !self.is_sign_at(1, "(") && !self.is_sign_at(1, "*") {
            self.skip();
            parts.push(self.member()?);
        }
        if self.is_sign("(") {
            let name = Path { parts, span: self.since(start) };
            return self.call(name, None);
        }
        Ok(ExprKind::Path(parts))
    }

    /// `(query)`, `(expression)`, `(a, b)`.
    fn parenthesized(&mut self) -> Parsed<ExprKind> {
        self.expect_sign("(")?;
        let kind = if self.begins_query() {
            ExprKind::Subquery(Box::new(self.query()?))
        } else {
            let first = self.expression()?;
            if let Some(query) = self.continued_query(&first)? {
                ExprKind::Subquery(Box::new(query))
            } else if self.take_sign(",") {
                let mut items = vec![first];
                items.extend(self.list(Self::expression)?);
                ExprKind::Tuple(items)
            } else {
                ExprKind::Nested(Box::new(first))
            }
        };
        self.expect_sign(")")?;
        Ok(kind)
    }

    /// A query that begins with one in parentheses, which was taken for a value.
    pub(super) fn continued_query(&mut self, first: &Expr) -> Parsed<Option<Query>> {
        let goes_on = self.is_any(&[
            "UNION",
            "INTERSECT",
            "EXCEPT",
            "FULL",
            "LEFT",
            "INNER",
            "OUTER",
            "ORDER",
            "LIMIT",
        ]) || self.is_sign("|>");
        let ExprKind::Subquery(query) = &first.kind else { return Ok(None) };
        if !goes_on {
            return Ok(None);
        }
        self.query_after(first.span, *query.clone()).map(Some)
    }

    /// `[…]` of elements of a type, if it is said.
    fn array(&mut self, data_type: Option<DataType>) -> Parsed<ExprKind> {
        self.expect_sign("[")?;
        let items = match self.is_sign("]") {
            true => Vec::new(),
            false => self.list(|parser| parser.deeper(Self::expression))?,
        };
        self.expect_sign("]")?;
        Ok(ExprKind::Array(data_type, items))
    }

    /// `ARRAY(query)`, `ARRAY<T>[…]`, `ARRAY[…]`.
    fn array_word(&mut self) -> Parsed<ExprKind> {
        if self.is_sign_at(1, "(") {
            self.skip();
            let query = self.in_parentheses(Self::query)?;
            return Ok(ExprKind::ArrayQuery(Box::new(query)));
        }
        if self.is_sign_at(1, "[") {
            self.skip();
            return self.array(None);
        }
        let data_type = self.constructed_type()?;
        self.array(Some(data_type))
    }

    /// `STRUCT(…)`, `STRUCT<T>(…)`.
    fn structure(&mut self) -> Parsed<ExprKind> {
        let data_type = match self.is_sign_at(1, "(") || self.is_sign_at(1, "{") {
            true => {
                self.skip();
                None
            }
            false => Some(self.constructed_type()?),
        };
        if self.is_sign("{") {
            self.over_brackets()?;
            return Ok(ExprKind::Foreign("a struct in braces"));
        }
        self.expect_sign("(")?;
        let mut items = Vec::new();
        if !self.is_sign(")") {
            items = self.list(|parser| {
                let value = parser.expression()?;
                let name = match parser.take_word("AS") {
                    true => Some(parser.ident("a name")?),
                    false => None,
                };
                Ok(StructItem { value, name })
            })?;
        }
        self.expect_sign(")")?;
        Ok(ExprKind::Struct(data_type, items))
    }

    fn case(&mut self) -> Parsed<ExprKind> {
        self.expect_word("CASE")?;
        let operand = match self.is_word("WHEN") {
            true => None,
            false => Some(Box::new(self.expression()?)),
        };
        let mut whens = Vec::new();
        while self.take_word("WHEN") {
            let condition = self.expression()?;
            self.expect_word("THEN")?;
            let result = self.expression()?;
            whens.push(When { condition, result });
        }
        if whens.is_empty() {
            return Err(self.expected("WHEN"));
        }
        let otherwise = match self.take_word("ELSE") {
            true => Some(Box::new(self.expression()?)),
            false => None,
        };
        self.expect_word("END")?;
        Ok(ExprKind::Case { operand, whens, otherwise })
    }

    fn cast(&mut self) -> Parsed<ExprKind> {
        let safe = self.is_word("SAFE_CAST");
        self.skip();
        self.in_parentheses(|parser| {
            let value = Box::new(parser.expression()?);
            parser.expect_word("AS")?;
            let data_type = parser.collated_type()?;
            let format = match parser.take_word("FORMAT") {
                true => Some(Box::new(parser.expression()?)),
                false => None,
            };
            let zone = parser.time_zone()?;
            Ok(ExprKind::Cast { safe, value, data_type, format, zone })
        })
    }

    /// `AT TIME ZONE zone`
    fn time_zone(&mut self) -> Parsed<Option<Box<Expr>>> {
        match self.take_words(&["AT", "TIME", "ZONE"]) {
            true => Ok(Some(Box::new(self.expression()?))),
            false => Ok(None),
        }
    }

    fn extract(&mut self) -> Parsed<ExprKind> {
        self.expect_word("EXTRACT")?;
        self.in_parentheses(|parser| {
            let part = Box::new(parser.expression()?);
            parser.expect_word("FROM")?;
            let value = Box::new(parser.expression()?);
            let zone = parser.time_zone()?;
            Ok(ExprKind::Extract { part, value, zone })
        })
    }

    fn interval(&mut self) -> Parsed<ExprKind> {
        self.expect_word("INTERVAL")?;
        let value = Box::new(self.expression()?);
        let first = self.ident("a part: DAY, MONTH, …")?;
        let last = match self.take_word("TO") {
            true => Some(self.ident("a part: DAY, SECOND, …")?),
            false => None,
        };
        Ok(ExprKind::Interval { value, first, last })
    }

    /// `WITH(a AS expression, …, body)`
    fn with_expression(&mut self) -> Parsed<ExprKind> {
        self.expect_word("WITH")?;
        self.in_parentheses(|parser| {
            let mut bindings: Vec<(Ident, Expr)> = Vec::new();
            while parser.is_word_at(1, "AS") {
                let name = parser.ident("a name")?;
                parser.expect_word("AS")?;
                let value = parser.expression()?;
                parser.expect_sign(",")?;
                bindings.push((name, value));
            }
            let body = parser.expression()?;
            Ok(ExprKind::With(bindings, Box::new(body)))
        })
    }
}
