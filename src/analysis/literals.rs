//! Literals that cannot be what they stand for.

use super::{analyzer::Analyzer, problem::Problem, rows::Value, types::Type};
use crate::sql::ast::{Expr, ExprKind};

impl Analyzer<'_> {
    /// Says it where a text stands for a value of a type that it cannot be.
    pub(super) fn text_as(&mut self, written: &Expr, kind: &Type) {
        let ExprKind::Text(text) = &written.bare().kind else { return };
        if !can_be(text, kind) {
            let message = format!("'{text}' is no {kind}");
            self.problem(Problem::at("wrong-literal", message, written.span));
        }
    }

    /// Says it where rows are sorted or grouped by a literal.
    pub(super) fn no_literal(&mut self, key: &Expr, clause: &str) {
        let is_literal =
            matches!(key.bare().kind, ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Bytes(_));
        if is_literal {
            let message = format!("{clause} takes a column or its place, no literal");
            let problem = Problem::at("wrong-place", message, key.span);
            self.problem(problem.help("name a column without quotes, or in backticks"));
        }
    }

    /// Texts that are compared or put together with values of another type become that.
    pub(super) fn texts_beside(&mut self, written: &[&Expr], values: &[Value]) {
        let mut kinds = values.iter().map(|value| &value.kind);
        let Some(kind) = kinds.find(|kind| becomes_from_text(kind)).cloned() else { return };
        for part in written {
            self.text_as(part, &kind);
        }
    }
}

fn becomes_from_text(kind: &Type) -> bool {
    matches!(kind, Type::Date | Type::DateTime | Type::Time | Type::Timestamp)
}

/// Whether a text may be read as a value of a type: what is certainly none is told, the rest is
/// BigQuery's to judge.
fn can_be(text: &str, kind: &Type) -> bool {
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    match kind {
        Type::Int64
        | Type::Numeric
        | Type::BigNumeric
        | Type::Date
        | Type::DateTime
        | Type::Time
        | Type::Timestamp
        | Type::Interval => has_digit,
        Type::Float64 => {
            let word = text.trim().trim_start_matches(['+', '-']).to_ascii_lowercase();
            has_digit || matches!(word.as_str(), "nan" | "inf" | "infinity")
        }
        Type::Bool => {
            let word = text.trim().to_ascii_lowercase();
            matches!(
                word.as_str(),
                "true" | "false" | "t" | "f" | "yes" | "no" | "y" | "n" | "1" | "0"
            )
        }
        _ => true,
    }
}
