//! Formats that are written out: those of `FORMAT` and of `CAST(… FORMAT …)`.

use super::{analyzer::Analyzer, problem::Problem, rows::Value, types::Type};
use crate::sql::{
    ast::{Call, Expr, Span},
    cast_format,
};

/// What an element of FORMAT takes
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Integer,
    Fraction,
    Text,
    Json,
    Anything,
}

impl Takes {
    fn of(specifier: char) -> Option<Self> {
        Some(match specifier {
            'd' | 'i' | 'o' | 'x' | 'X' => Self::Integer,
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' => Self::Fraction,
            's' => Self::Text,
            'p' | 'P' => Self::Json,
            't' | 'T' => Self::Anything,
            _ => return None,
        })
    }

    fn goes_for(self, kind: &Type) -> bool {
        match self {
            _ if matches!(kind, Type::Unknown | Type::Null) => true,
            Self::Anything => true,
            Self::Integer => *kind == Type::Int64,
            Self::Fraction => matches!(kind, Type::Float64 | Type::Numeric | Type::BigNumeric),
            Self::Text => *kind == Type::String,
            Self::Json => *kind == Type::Json,
        }
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Integer => "INT64",
            Self::Fraction => "FLOAT64, NUMERIC or BIGNUMERIC",
            Self::Text => "STRING",
            Self::Json => "JSON",
            Self::Anything => "any value",
        }
    }
}

impl Analyzer<'_> {
    /// Says it where the values of FORMAT do not go with its text.
    pub(super) fn check_format(&mut self, call: &Call, values: &[Value]) {
        let Some((first, rest)) = call.arguments.split_first() else { return };
        let Some(text) = first.value.text() else { return };
        let wrong = |message: String, span: Span| Problem::at("wrong-format", message, span);
        let elements = match elements(text) {
            Ok(elements) => elements,
            Err(message) => return self.problem(wrong(message, first.value.span)),
        };
        if elements.len() != rest.len() {
            let message = format!(
                "the format has {}, {} given",
                counted(elements.len(), "element"),
                match rest.len() {
                    1 => "1 value is".to_owned(),
                    count => format!("{count} values are"),
                }
            );
            self.problem(wrong(message, first.value.span));
            return;
        }
        for ((element, takes), (argument, value)) in
            elements.iter().zip(rest.iter().zip(values.iter().skip(1)))
        {
            if !takes.goes_for(&value.kind) {
                let message = format!("`{element}` takes {}, not {}", takes.shown(), value.kind);
                let help = match takes {
                    Takes::Fraction => "cast it to FLOAT64 or NUMERIC, or use `%d`",
                    _ => "`%t` takes any value",
                };
                self.problem(wrong(message, argument.value.span).help(help));
            }
        }
    }

    /// Says it where a format of CAST is none.
    pub(super) fn check_cast_format(&mut self, format: &Expr, from: &Type, to: &Type) {
        let Some(text) = format.text() else { return };
        if let Err(message) = cast_format::check(text, &from.to_string(), &to.to_string()) {
            self.problem(Problem::at("wrong-format", message, format.span));
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What the values behind a text of FORMAT are for, in order.
///
/// # Errors
/// An element that there is not.
fn elements(text: &str) -> Result<Vec<(String, Takes)>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at..];
        let inner = &rest[1..];
        if let Some(after) = inner.strip_prefix('%') {
            rest = after;
            continue;
        }
        let mut element = String::from("%");
        let mut specifier = None;
        for c in inner.chars() {
            element.push(c);
            match c {
                '*' => found.push(("*".to_owned(), Takes::Integer)),
                '-' | '+' | ' ' | '#' | '\'' | '.' | '0'..='9' => {}
                other => {
                    specifier = Some(other);
                    break;
                }
            }
        }
        let Some(specifier) = specifier else {
            return Err(format!("`{element}` of the format has no end"));
        };
        // An UINT64, which BigQuery has not.
        if specifier == 'u' {
            return Err(format!("`{element}` is no element of a format: use `%d`"));
        }
        let Some(takes) = Takes::of(specifier) else {
            return Err(format!("`{element}` is no element of a format"));
        };
        rest = &rest[element.len()..];
        found.push((element, takes));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read() {
        let of = |text: &str| {
            elements(text)
                .map(|found| found.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(of("%d of 100%%: %-8.2f, %*d").as_deref(), Ok("%d %-8.2f * %*d"));
        assert_eq!(of("%'d").as_deref(), Ok("%'d"));
        assert!(of("%z").is_err());
        assert!(of("100%").is_err());
        assert!(of("%ü").is_err());
    }
}
