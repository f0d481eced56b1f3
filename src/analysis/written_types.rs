//! Types as they are written: their names, and lengths and digits
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types>).

use super::{analyzer::Analyzer, problem::Problem, types::Type};
use crate::{
    diagnostic::did_you_mean,
    sql::{ast::DataType, parse},
};

const NAMES: [&str; 17] = [
    "INT64",
    "FLOAT64",
    "NUMERIC",
    "BIGNUMERIC",
    "BOOL",
    "STRING",
    "BYTES",
    "DATE",
    "DATETIME",
    "TIME",
    "TIMESTAMP",
    "JSON",
    "GEOGRAPHY",
    "INTERVAL",
    "ARRAY",
    "STRUCT",
    "RANGE",
];

/// Where a type stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A column, a variable, a CAST: `NUMERIC(10, 2)` means something.
    Limited,
    /// `STRUCT<…>(…)`, `ARRAY<…>[…]`
    Constructor,
    /// An argument or the result of a function.
    Routine,
}

impl Analyzer<'_> {
    /// The type that is written; says it where there is none of its name, or with its limits.
    pub(super) fn written_type(&mut self, written: &DataType, place: Place) -> Type {
        self.check_type(written, place);
        Type::from_ast(written)
    }

    fn check_type(&mut self, written: &DataType, place: Place) {
        for inner in written.inner.iter().flatten() {
            self.check_type(&inner.data_type, place);
        }
        let [name] = written.name.parts.as_slice() else { return };
        let is_other = ["ARRAY", "STRUCT", "RANGE", "TOKENLIST"].iter().any(|known| name.is(known));
        if Type::from_ast(written) == Type::Unknown && written.inner.is_none() && !is_other {
            let near = did_you_mean(&name.value.to_ascii_uppercase(), NAMES);
            let message = format!("no type is named `{name}`");
            self.problem(Problem::at("unknown-type", message, written.span).maybe_help(near));
            return;
        }
        let limits = limits(written);
        if limits.is_empty() {
            return;
        }
        let shown = shown(written);
        let wrong = match place {
            Place::Limited => wrong_limits(written).map(|why| (why, "")),
            Place::Constructor => {
                let help = "cast the value: `CAST(… AS …)` keeps to them";
                Some(("a value that is written out has no lengths and digits".to_owned(), help))
            }
            Place::Routine => {
                let why = "arguments and results of functions have no lengths and digits";
                Some((why.to_owned(), "leave them out"))
            }
        };
        if let Some((why, help)) = wrong {
            let message = format!("`{shown}`: {why}");
            let help = (!help.is_empty()).then(|| help.to_owned());
            self.problem(Problem::at("unknown-type", message, written.span).maybe_help(help));
        }
    }
}

/// A type as properties write it: what it is, and what is wrong with its lengths and digits.
pub fn declared_type(text: &str) -> (Type, Option<String>) {
    let kind = Type::parse(text);
    match parse::data_type(text) {
        Ok(written) => (kind, wrong_inside(&written)),
        Err(_) => (kind, None),
    }
}

/// A type as it is written, in capitals, with its lengths and digits.
pub fn shown_type(text: &str) -> String {
    match parse::data_type(text) {
        Ok(written) => shown(&written),
        Err(_) => Type::parse(text).to_string(),
    }
}

fn wrong_inside(written: &DataType) -> Option<String> {
    let inner = written.inner.iter().flatten();
    inner
        .filter_map(|field| wrong_inside(&field.data_type))
        .next()
        .or_else(|| wrong_limits(written).map(|why| format!("`{}`: {why}", shown(written))))
}

fn shown(written: &DataType) -> String {
    let kind = Type::from_ast(written);
    let limits = limits(written);
    if let Some(inner) = &written.inner {
        let fields = inner.iter().map(|field| {
            let name = field.name.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
            format!("{name}{}", shown(&field.data_type))
        });
        let name = written.name.to_string().to_ascii_uppercase();
        return format!("{name}<{}>", fields.collect::<Vec<_>>().join(", "));
    }
    let name = match kind {
        Type::Unknown => written.name.to_string(),
        kind => kind.to_string(),
    };
    match limits.is_empty() {
        true => name,
        false => format!("{name}({})", limits.join(", ")),
    }
}

/// Lengths and digits; what else stands behind a type is none.
fn limits(written: &DataType) -> Vec<&str> {
    let all = written.parameters.iter().map(String::as_str);
    all.filter(|text| !["COLLATE", "NOT NULL"].contains(text)).collect()
}

fn wrong_limits(written: &DataType) -> Option<String> {
    let limits = limits(written);
    if limits.is_empty() {
        return None;
    }
    let numbers: Option<Vec<u64>> = limits.iter().map(|text| text.parse().ok()).collect();
    let kind = Type::from_ast(written);
    match (&kind, numbers.as_deref()) {
        (Type::Unknown | Type::Timestamp, _) => None,
        (Type::String | Type::Bytes, _)
            if limits.len() == 1 && limits[0].eq_ignore_ascii_case("MAX") =>
        {
            None
        }
        (Type::String | Type::Bytes, Some([length])) => (*length == 0
            || i64::try_from(*length).is_err())
        .then(|| "the length is a number from 1".to_owned()),
        (Type::String | Type::Bytes, _) => Some("it has one length, a number".to_owned()),
        (Type::Numeric | Type::BigNumeric, Some(numbers @ ([_] | [_, _]))) => {
            let (whole, most) = if kind == Type::Numeric { (29, 9) } else { (38, 38) };
            let digits = numbers.get(1).copied().unwrap_or(0);
            if digits > most {
                return Some(format!("a {kind} has at most {most} digits behind the point"));
            }
            let (least, greatest) = (digits.max(1), whole + digits);
            (numbers[0] < least || numbers[0] > greatest).then(|| {
                format!("with {digits} behind the point it has {least} to {greatest} digits in all")
            })
        }
        (Type::Numeric | Type::BigNumeric, _) => {
            Some("it has one or two numbers: digits in all, and those behind the point".to_owned())
        }
        _ => Some(format!("a type {kind} has no lengths and digits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Google's analyzer says of the same.
    #[test]
    fn lengths_and_digits_are_those_that_a_type_can_have() {
        for right in [
            "NUMERIC(38, 9)",
            "NUMERIC(29)",
            "NUMERIC(31, 2)",
            "BIGNUMERIC(76, 38)",
            "BIGNUMERIC(38, 38)",
            "STRING(1)",
            "STRING(9223372036854775807)",
            "ARRAY<STRUCT<a STRING(3), b NUMERIC(5, 2)>>",
            "STRING",
        ] {
            assert_eq!(declared_type(right).1, None, "{right}");
            assert_eq!(shown_type(right), right);
        }
        for wrong in [
            "NUMERIC(39, 9)",
            "NUMERIC(30)",
            "NUMERIC(5, 10)",
            "NUMERIC(1, 2)",
            "NUMERIC(0)",
            "NUMERIC(5, 2, 1)",
            "BIGNUMERIC(77, 38)",
            "BIGNUMERIC(10, 39)",
            "STRING(0)",
            "STRING(1, 2)",
            "STRING(9223372036854775808)",
            "INT64(3)",
            "DATE(3)",
            "ARRAY<STRUCT<a INT64(3)>>",
        ] {
            assert!(declared_type(wrong).1.is_some(), "{wrong}");
        }
        assert_eq!(shown_type("array<struct<a decimal(5,2)>>"), "ARRAY<STRUCT<a NUMERIC(5, 2)>>");
    }
}
