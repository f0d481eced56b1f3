//! Binary operators.

use sqlparser::ast::{BinaryOperator, Expr};

use super::{
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `left op right`.
    pub fn operator(
        &mut self,
        op: &BinaryOperator,
        left: Typed,
        right: Typed,
        place: &Expr,
    ) -> Typed {
        use BinaryOperator as Op;
        let plain = |symbol: &str, kind: Type| {
            Typed::new(format!("({} {symbol} {})", left.sql, right.sql), kind)
        };
        match op {
            Op::Eq => plain("=", Type::Bool),
            Op::NotEq => plain("<>", Type::Bool),
            Op::Lt => plain("<", Type::Bool),
            Op::LtEq => plain("<=", Type::Bool),
            Op::Gt => plain(">", Type::Bool),
            Op::GtEq => plain(">=", Type::Bool),
            Op::And => plain("AND", Type::Bool),
            Op::Or => plain("OR", Type::Bool),
            Op::StringConcat => plain("||", left.kind.common(&right.kind)),
            Op::BitwiseAnd => plain("&", Type::Int64),
            Op::BitwiseOr => plain("|", Type::Int64),
            Op::BitwiseXor | Op::PGBitwiseXor => {
                Typed::new(format!("xor({}, {})", left.sql, right.sql), Type::Int64)
            }
            Op::PGBitwiseShiftLeft => plain("<<", Type::Int64),
            Op::PGBitwiseShiftRight => plain(">>", Type::Int64),
            Op::Plus | Op::Minus => self.sum(op, left, right),
            Op::Multiply => self.product(&left, &right),
            Op::Divide => self.quotient(&left, &right),
            other => self.refuse(
                "unsupported-syntax",
                format!("operator `{other}` is not GoogleSQL"),
                place,
                None,
            ),
        }
    }

    fn sum(&mut self, op: &BinaryOperator, left: Typed, right: Typed) -> Typed {
        let symbol = if *op == BinaryOperator::Plus { "+" } else { "-" };
        let sql = format!("({} {symbol} {})", left.sql, right.sql);
        let (left_kind, right_kind) = (&left.kind, &right.kind);
        match (left_kind, right_kind) {
            // DATE + n is a number of days; DATE + INTERVAL is a DATETIME.
            (Type::Date, Type::Int64) => Typed::new(
                format!("CAST({} {symbol} CAST({} AS INTEGER) AS DATE)", left.sql, right.sql),
                Type::Date,
            ),
            (Type::Date, Type::Interval) | (Type::DateTime, Type::Interval) => {
                Typed::new(sql, Type::DateTime)
            }
            (Type::Timestamp, Type::Interval) => Typed::new(sql, Type::Timestamp),
            (Type::Date, Type::Date) => Typed::new(
                format!("to_days(CAST({} - {} AS INTEGER))", left.sql, right.sql),
                Type::Interval,
            ),
            (Type::Timestamp, Type::Timestamp) | (Type::DateTime, Type::DateTime) => {
                Typed::new(sql, Type::Interval)
            }
            _ => {
                let kind = left_kind.common(right_kind);
                exact(sql, kind)
            }
        }
    }

    fn product(&mut self, left: &Typed, right: &Typed) -> Typed {
        let kind = left.kind.common(&right.kind);
        exact(format!("({} * {})", left.sql, right.sql), kind)
    }

    /// BigQuery divides integers into FLOAT64 and refuses to divide by zero; DuckDB gives NULL.
    pub fn quotient(&mut self, left: &Typed, right: &Typed) -> Typed {
        let kind = match left.kind.common(&right.kind) {
            Type::Int64 => Type::Float64,
            other => other,
        };
        let division = match kind {
            Type::Numeric | Type::BigNumeric => exact_division(&left.sql, &right.sql, &kind),
            _ => format!("({} / {})", left.sql, right.sql),
        };
        Typed::new(checked(&right.sql, &division, &left.sql), kind)
    }
}

/// Decimal results are rounded to the digits of their type.
fn exact(sql: String, kind: Type) -> Typed {
    match kind {
        Type::Numeric => Typed::new(format!("CAST({sql} AS DECIMAL(38,9))"), kind),
        Type::BigNumeric => Typed::new(format!("CAST({sql} AS DECIMAL(38,18))"), kind),
        _ => Typed::new(sql, kind),
    }
}

/// A decimal quotient. DuckDB divides decimals as doubles, which hold about 15 digits.
pub(super) fn exact_division(left: &str, right: &str, kind: &Type) -> String {
    let name = if *kind == Type::Numeric { "DECIMAL(38,9)" } else { "DECIMAL(38,18)" };
    format!("CAST(CAST({left} AS DOUBLE) / CAST({right} AS DOUBLE) AS {name})")
}

/// An operation that a zero divisor makes an error.
pub(super) fn checked(divisor: &str, operation: &str, dividend: &str) -> String {
    let constant = constant_number(divisor).is_some_and(|number| number != 0.0);
    if constant {
        return operation.to_owned();
    }
    format!(
        "(CASE WHEN {divisor} = 0 AND {dividend} IS NOT NULL THEN error('division by zero') ELSE {operation} END)"
    )
}

/// The number that a translated literal is.
pub(super) fn constant_number(sql: &str) -> Option<f64> {
    let inner = sql.strip_prefix("CAST(").and_then(|rest| rest.strip_suffix(')'));
    let text = inner.and_then(|rest| rest.split_once(" AS ")).map_or(sql, |(number, _)| number);
    text.parse().ok()
}
