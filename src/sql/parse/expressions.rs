//! Operators by their precedence
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#operator_precedence>).

use super::{
    cursor::{Parsed, Parser},
    token::Token,
};
use crate::sql::{
    SqlError,
    ast::{BinaryOperator, Expr, ExprKind, IsTest, Patterns, Span, UnaryOperator},
};

/// Operators in one chain (`a + b + c`) at most. A chain is read in a loop, but its tree is as deep
/// as it is long, and what walks the tree does so by recursion.
pub(super) const MAX_CHAIN: usize = 3_000;

/// Levels of precedence, the loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const BIT_OR: u8 = 5;
const HIGHEST: u8 = 10;

impl Parser {
    /// An expression.
    pub fn expression(&mut self) -> Parsed<Expr> {
        self.level(OR)
    }

    /// An expression without comparisons, IN and what binds as loosely.
    pub(super) fn tight_expression(&mut self) -> Parsed<Expr> {
        self.level(BIT_OR)
    }

    /// An expression of this level of precedence or a tighter one.
    fn level(&mut self, least: u8) -> Parsed<Expr> {
        let around = std::mem::take(&mut self.height);
        let read = self.chain(least);
        self.height = around.max(self.height + 1);
        read
    }

    /// Operands and the operators between them. A chain may begin with another one in parentheses:
    /// it is their trees' height together that is limited.
    fn chain(&mut self, least: u8) -> Parsed<Expr> {
        let start = self.here();
        let mut left = if self.is_word("NOT") && least <= NOT {
            self.skip();
            let value = self.deeper(|parser| parser.level(NOT))?;
            let kind = ExprKind::Unary(UnaryOperator::Not, Box::new(value));
            Expr::new(kind, self.since(start))
        } else {
            self.unary()?
        };
        // Comparisons do not chain.
        let mut compared = false;
        loop {
            let Some((operator, level)) = self.binary_operator() else {
                if least <= COMPARISON && self.begins_test() {
                    if compared {
                        return Err(self.unchained());
                    }
                    compared = true;
                    left = self.test(left, start)?;
                    continue;
                }
                return Ok(left);
            };
            if level < least {
                return Ok(left);
            }
            if level == COMPARISON {
                if compared {
                    return Err(self.unchained());
                }
                compared = true;
            } else if level < COMPARISON {
                compared = false;
            }
            self.skip();
            let right = self.deeper(|parser| parser.level(level + 1))?;
            self.grow()?;
            let kind = ExprKind::Binary(Box::new(left), operator, Box::new(right));
            left = Expr::new(kind, self.since(start));
        }
    }

    /// One more node above what was read.
    pub(super) fn grow(&mut self) -> Parsed<()> {
        self.height += 1;
        if self.height > MAX_CHAIN { Err(self.too_long()) } else { Ok(()) }
    }

    fn unchained(&self) -> SqlError {
        let mut error = self.error("comparisons cannot be chained", self.here());
        error.help = Some("put one of them in parentheses".to_owned());
        error
    }

    pub(super) fn too_long(&self) -> SqlError {
        let message = format!("more than {MAX_CHAIN} operators in one chain");
        SqlError::at("sql-depth", message, self.here())
    }

    /// The operator that is next, with its level.
    fn binary_operator(&self) -> Option<(BinaryOperator, u8)> {
        use BinaryOperator as Op;
        Some(match self.peek(0) {
            Token::Sign(sign) => match *sign {
                "=" | "==" => (Op::Eq, COMPARISON),
                "!=" | "<>" => (Op::NotEq, COMPARISON),
                "<" => (Op::Lt, COMPARISON),
                "<=" => (Op::LtEq, COMPARISON),
                ">" => (Op::Gt, COMPARISON),
                ">=" => (Op::GtEq, COMPARISON),
                "|" => (Op::BitOr, BIT_OR),
                "^" => (Op::BitXor, BIT_OR + 1),
                "&" => (Op::BitAnd, BIT_OR + 2),
                "<<" => (Op::ShiftLeft, BIT_OR + 3),
                ">>" => (Op::ShiftRight, BIT_OR + 3),
                "+" => (Op::Plus, BIT_OR + 4),
                "-" => (Op::Minus, BIT_OR + 4),
                "*" => (Op::Multiply, HIGHEST),
                "/" => (Op::Divide, HIGHEST),
                "||" => (Op::Concat, HIGHEST),
                _ => return None,
            },
            Token::Word(_) if self.is_word("AND") => (Op::And, AND),
            Token::Word(_) if self.is_word("OR") => (Op::Or, OR),
            _ => return None,
        })
    }

    /// Whether IS, IN, BETWEEN or LIKE is next.
    fn begins_test(&self) -> bool {
        let at = usize::from(self.is_word("NOT"));
        at == 0 && self.is_word("IS")
            || ["IN", "BETWEEN", "LIKE"].iter().any(|word| self.is_word_at(at, word))
    }

    /// `left IS …`, `left [NOT] IN …` and their like.
    fn test(&mut self, left: Expr, start: Span) -> Parsed<Expr> {
        let value = Box::new(left);
        let negated = self.take_word("NOT");
        let kind = if self.take_word("IS") {
            self.is_test(value)?
        } else if self.take_word("IN") {
            self.membership(value, negated)?
        } else if self.take_word("BETWEEN") {
            let low = Box::new(self.deeper(|parser| parser.level(BIT_OR))?);
            self.expect_word("AND")?;
            let high = Box::new(self.deeper(|parser| parser.level(BIT_OR))?);
            ExprKind::Between { value, low, high, negated }
        } else {
            self.expect_word("LIKE")?;
            let patterns = self.patterns()?;
            ExprKind::Like { value, patterns, negated }
        };
        Ok(Expr::new(kind, self.since(start)))
    }

    fn is_test(&mut self, value: Box<Expr>) -> Parsed<ExprKind> {
        let negated = self.take_word("NOT");
        if self.take_words(&["DISTINCT", "FROM"]) {
            let right = Box::new(self.deeper(|parser| parser.level(BIT_OR))?);
            return Ok(ExprKind::Distinct { left: value, right, negated });
        }
        let tests = [
            ("NULL", IsTest::Null),
            ("UNKNOWN", IsTest::Unknown),
            ("TRUE", IsTest::True),
            ("FALSE", IsTest::False),
        ];
        for (word, test) in tests {
            if self.take_word(word) {
                return Ok(ExprKind::Is { value, test, negated });
            }
        }
        Err(self.expected("NULL, TRUE, FALSE or DISTINCT FROM"))
    }

    fn membership(&mut self, value: Box<Expr>, negated: bool) -> Parsed<ExprKind> {
        if self.is_word("UNNEST") {
            let array = Box::new(self.unnested()?);
            return Ok(ExprKind::InArray { value, array, negated });
        }
        self.expect_sign("(")?;
        let kind = if self.begins_query() {
            let query = Box::new(self.query()?);
            ExprKind::InQuery { value, query, negated }
        } else {
            let mut items = vec![self.deeper(Self::expression)?];
            match self.continued_query(&items[0])? {
                Some(query) => ExprKind::InQuery { value, query: Box::new(query), negated },
                None => {
                    while self.take_sign(",") {
                        items.push(self.deeper(Self::expression)?);
                    }
                    ExprKind::InList { value, items, negated }
                }
            }
        };
        self.expect_sign(")")?;
        Ok(kind)
    }

    /// `UNNEST(array)` as a value.
    fn unnested(&mut self) -> Parsed<Expr> {
        self.expect_word("UNNEST")?;
        self.in_parentheses(|parser| parser.deeper(Self::expression))
    }

    fn patterns(&mut self) -> Parsed<Patterns> {
        let all = self.is_word("ALL");
        if !self.is_any(&["ANY", "SOME", "ALL"]) {
            let pattern = self.deeper(|parser| parser.level(BIT_OR))?;
            return Ok(Patterns::One(Box::new(pattern)));
        }
        self.skip();
        if self.is_word("UNNEST") {
            return Ok(Patterns::Array(all, Box::new(self.unnested()?)));
        }
        self.expect_sign("(")?;
        let patterns = if self.begins_query() {
            Patterns::Query(all, Box::new(self.query()?))
        } else {
            Patterns::List(all, self.list(|parser| parser.deeper(Self::expression))?)
        };
        self.expect_sign(")")?;
        Ok(patterns)
    }

    /// A value with its signs.
    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.here();
        let operator = match self.peek(0) {
            Token::Sign("-") => UnaryOperator::Minus,
            Token::Sign("+") => UnaryOperator::Plus,
            Token::Sign("~") => UnaryOperator::BitNot,
            _ => return self.postfix(),
        };
        self.skip();
        let value = self.deeper(Self::unary)?;
        // The least INT64: without its sign it is no INT64.
        if let (UnaryOperator::Minus, ExprKind::Number(text)) = (operator, &value.kind)
            && !text.starts_with('-')
        {
            let kind = ExprKind::Number(format!("-{text}"));
            return Ok(Expr::new(kind, self.since(start)));
        }
        let kind = ExprKind::Unary(operator, Box::new(value));
        Ok(Expr::new(kind, self.since(start)))
    }
}
