//! Binary operators.

use super::{
    ast::{BinaryOperator, Expr},
    casts::{written_decimal, written_float},
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `left op right`.
    pub fn operator(
        &mut self,
        op: BinaryOperator,
        left: Typed,
        right: Typed,
        place: &Expr,
    ) -> Typed {
        use BinaryOperator as Op;
        let (left, right) = (left.beside(&right.kind), right.beside(&left.kind));
        let (left, right) = self.numbers_alike(left, right);
        let plain = |symbol: &str, kind: Type| {
            Typed::new(format!("({} {symbol} {})", left.sql, right.sql), kind)
        };
        match op {
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => {
                self.comparison(op, &left, &right, place)
            }
            Op::And | Op::Or => {
                let symbol = op.symbol();
                let (left, right) = (
                    self.truth(left.clone(), place, symbol),
                    self.truth(right.clone(), place, symbol),
                );
                Typed::new(format!("({left} {symbol} {right})"), Type::Bool)
            }
            Op::Concat => self.joined(&[left, right]),
            Op::BitAnd => plain("&", Type::Int64),
            Op::BitOr => plain("|", Type::Int64),
            Op::BitXor => Typed::new(format!("xor({}, {})", left.sql, right.sql), Type::Int64),
            Op::ShiftLeft | Op::ShiftRight => {
                let way = if op == Op::ShiftLeft { "left" } else { "right" };
                let sql = format!("googlesql_shift_{way}({}, {})", left.sql, right.sql);
                Typed::new(sql, Type::Int64)
            }
            Op::Plus | Op::Minus => self.sum(op, left, right, place),
            Op::Multiply => self.product(&left, &right),
            Op::Divide => self.quotient(&left, &right),
        }
    }

    /// Texts, bytes or arrays one after the other; NULL where one is.
    pub fn joined(&mut self, parts: &[Typed]) -> Typed {
        let kind = parts
            .iter()
            .map(|part| &part.kind)
            .find(|kind| matches!(kind, Type::Bytes | Type::Array(_)))
            .unwrap_or(&Type::String)
            .clone();
        // What is no text is cast.
        let parts: Vec<Typed> = parts
            .iter()
            .map(|part| match part.kind {
                Type::Unknown | Type::Null | Type::String | Type::Bytes | Type::Array(_) => {
                    part.clone()
                }
                _ => Typed::new(self.convert(part, &Type::String, false), Type::String),
            })
            .collect();
        let texts: Vec<&str> = parts.iter().map(|part| part.sql.as_str()).collect();
        Typed::new(format!("({})", texts.join(" || ")), kind)
    }

    fn sum(&mut self, op: BinaryOperator, left: Typed, right: Typed, place: &Expr) -> Typed {
        let symbol = op.symbol();
        let sql = format!("({} {symbol} {})", left.sql, right.sql);
        let (left_kind, right_kind) = (&left.kind, &right.kind);
        match (left_kind, right_kind) {
            // DATE + n is a number of days; DATE + INTERVAL is a DATETIME.
            (Type::Date, Type::Int64) => valid(
                &format!("CAST({} {symbol} CAST({} AS INTEGER) AS DATE)", left.sql, right.sql),
                Type::Date,
            ),
            (Type::Int64, Type::Date) if symbol == "+" => valid(
                &format!("CAST({} + CAST({} AS INTEGER) AS DATE)", right.sql, left.sql),
                Type::Date,
            ),
            (Type::Date, Type::Interval) | (Type::DateTime, Type::Interval) => {
                valid(&sql, Type::DateTime)
            }
            (Type::Timestamp, Type::Interval) => {
                // A month has no fixed length and no zone says which one is meant.
                let sql = self.bind(&[&left, &right], |names| {
                    let (moment, by) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN date_part('year', {by}) <> 0 OR date_part('month', {by}) <> 0 THEN error('TIMESTAMP takes no INTERVAL with months or years') ELSE {moment} {symbol} {by} END)"
                    )
                });
                valid(&sql, Type::Timestamp)
            }
            (Type::Date, Type::Date) => Typed::new(
                format!("to_days(CAST({} - {} AS INTEGER))", left.sql, right.sql),
                Type::Interval,
            ),
            (Type::Timestamp, Type::Timestamp) => Typed::new(
                format!("to_microseconds(epoch_us({}) - epoch_us({}))", left.sql, right.sql),
                Type::Interval,
            ),
            (Type::DateTime, Type::DateTime) => Typed::new(sql, Type::Interval),
            (Type::Time, Type::Time) if symbol == "-" => {
                let moment = |side: &Typed| format!("(DATE '1970-01-01' + {})", side.sql);
                Typed::new(format!("({} - {})", moment(&left), moment(&right)), Type::Interval)
            }
            (Type::Interval, Type::Date | Type::DateTime | Type::Timestamp) if symbol == "+" => {
                self.sum(op, right, left, place)
            }
            (Type::Interval, Type::Interval) => Typed::new(sql, Type::Interval),
            (one, other) if !has_arithmetic(one) || !has_arithmetic(other) => {
                let message = format!("no `{symbol}` of {} and {}", one.google(), other.google());
                self.refuse("wrong-type", message, place, Some("use CAST on one of them"))
            }
            _ => match left_kind.common(right_kind) {
                Type::Float64 => {
                    let function = if symbol == "+" { "add" } else { "subtract" };
                    of_floats(function, &left, &right)
                }
                Type::BigNumeric => {
                    let function = if symbol == "+" { "add" } else { "subtract" };
                    of_bignumerics(function, &left, &right)
                }
                kind => exact(sql, kind),
            },
        }
    }

    fn product(&mut self, left: &Typed, right: &Typed) -> Typed {
        let kind = left.kind.common(&right.kind);
        match kind {
            // The engine multiplies decimals of 38 digits only where the product has no more digits
            // behind the point than it can hold.
            Type::Numeric => {
                let value = |side: &Typed| match side.kind {
                    Type::Int64 => format!("CAST({} AS DECIMAL(19,0))", side.sql),
                    _ => side.sql.clone(),
                };
                exact(format!("({} * {})", value(left), value(right)), kind)
            }
            Type::Float64 => of_floats("multiply", left, right),
            Type::BigNumeric => of_bignumerics("multiply", left, right),
            _ => exact(format!("({} * {})", left.sql, right.sql), kind),
        }
    }

    /// BigQuery divides integers into FLOAT64 and refuses to divide by zero; DuckDB gives NULL.
    pub fn quotient(&mut self, left: &Typed, right: &Typed) -> Typed {
        let kind = match left.kind.common(&right.kind) {
            Type::Int64 => Type::Float64,
            other => other,
        };
        let sql = match &kind {
            Type::Numeric | Type::BigNumeric => self.exact_division(left, right, &kind),
            // By a number of one or more nothing overflows.
            Type::Float64 if constant_number(&right.sql).is_none_or(|by| by.abs() < 1.0) => {
                format!(
                    "googlesql_divide(CAST({} AS DOUBLE), CAST({} AS DOUBLE))",
                    left.sql, right.sql
                )
            }
            _ if is_nonzero(&right.sql) => format!("({} / {})", left.sql, right.sql),
            // Of unknown type: the engine's own division, which gives NULL where this gives an error.
            _ => self.checked(left, right, |left, right| format!("({left} / {right})")),
        };
        Typed::new(sql, kind)
    }

    /// A decimal quotient. DuckDB divides decimals as doubles, which hold about 15 digits.
    pub fn exact_division(&mut self, left: &Typed, right: &Typed, kind: &Type) -> String {
        let (left, right) = (self.convert(left, kind, false), self.convert(right, kind, false));
        if *kind == Type::BigNumeric {
            return format!("googlesql_bignumeric_divide({left}, {right})");
        }
        format!("googlesql_divide_numeric(CAST({left} AS VARCHAR), CAST({right} AS VARCHAR))")
    }

    /// An operation that a zero divisor makes an error.
    pub fn checked(
        &mut self,
        dividend: &Typed,
        divisor: &Typed,
        operation: impl FnOnce(&str, &str) -> String,
    ) -> String {
        if is_nonzero(&divisor.sql) {
            return self.bind(&[dividend], |names| operation(&names[0], &divisor.sql));
        }
        self.bind(&[dividend, divisor], |names| {
            let (dividend, divisor) = (&names[0], &names[1]);
            let operation = operation(dividend, divisor);
            format!(
                "(CASE WHEN {divisor} = 0 AND {dividend} IS NOT NULL THEN error('division by zero') ELSE {operation} END)"
            )
        })
    }
}

/// Whether a type is, or may be, one to compute with.
fn has_arithmetic(kind: &Type) -> bool {
    kind.is_number() || matches!(kind, Type::Unknown | Type::Null)
}

/// FLOAT64 arithmetic, where a result too large is an error.
fn of_floats(function: &str, left: &Typed, right: &Typed) -> Typed {
    let sql = format!(
        "googlesql_{function}(CAST({} AS DOUBLE), CAST({} AS DOUBLE))",
        left.sql, right.sql
    );
    Typed::new(sql, Type::Float64)
}

/// BIGNUMERIC arithmetic.
fn of_bignumerics(function: &str, left: &Typed, right: &Typed) -> Typed {
    let sql = format!("googlesql_bignumeric_{function}({}, {})", left.sql, right.sql);
    Typed::new(sql, Type::BigNumeric)
}

impl Typed {
    /// The value beside one of another type: a literal of FLOAT64 becomes a decimal where the other
    /// is one.
    pub(super) fn beside(&self, other: &Type) -> Self {
        if self.kind == Type::Float64
            && matches!(other, Type::Numeric | Type::BigNumeric)
            && let Some(digits) = written_float(&self.sql)
        {
            return Self::new(written_decimal(&digits, other), other.clone());
        }
        self.clone()
    }
}

/// Decimal results are rounded to the digits of their type.
fn exact(sql: String, kind: Type) -> Typed {
    match kind {
        Type::Numeric => Typed::new(format!("CAST({sql} AS DECIMAL(38,9))"), kind),
        _ => Typed::new(sql, kind),
    }
}

/// A date or moment within BigQuery's range; outside of it is an error.
pub(super) fn valid(sql: &str, kind: Type) -> Typed {
    let sql = match &kind {
        Type::Date | Type::DateTime | Type::Timestamp => {
            let name = kind.duckdb().unwrap_or_default();
            let function = kind.google().to_ascii_lowercase();
            format!("googlesql_valid_{function}(CAST({sql} AS {name}))")
        }
        // TIME goes round at midnight before a date is added to it.
        _ => format!("({sql})"),
    };
    Typed::new(sql, kind)
}

fn is_nonzero(sql: &str) -> bool {
    constant_number(sql).is_some_and(|number| number != 0.0)
}

/// The number that a translated literal is.
pub(super) fn constant_number(sql: &str) -> Option<f64> {
    let inner = sql.strip_prefix("CAST(").and_then(|rest| rest.strip_suffix(')'));
    let text = inner.and_then(|rest| rest.split_once(" AS ")).map_or(sql, |(number, _)| number);
    text.parse().ok()
}
