//! The comparisons that keep rows, for what is said of partitions.

use super::{
    analyzer::Analyzer,
    flow::How,
    rows::{Predicate, Value},
};
use crate::sql::ast::{BinaryOperator, Expr, ExprKind, for_each_expression};

/// Functions around a column that BigQuery sees through when it prunes
/// (<https://cloud.google.com/bigquery/docs/querying-partitioned-tables>).
const SEEN_THROUGH: [&str; 5] =
    ["DATE", "TIMESTAMP", "DATE_TRUNC", "DATETIME_TRUNC", "TIMESTAMP_TRUNC"];

impl Analyzer<'_> {
    /// Notes the comparisons of a condition.
    pub fn predicates_of(&mut self, condition: &Expr) {
        if !self.catalog.asks_for_predicates() {
            return;
        }
        use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq};
        let condition = condition.bare();
        match &condition.kind {
            ExprKind::Binary(left, And, right) => {
                self.predicates_of(left);
                self.predicates_of(right);
            }
            ExprKind::Binary(left, Eq | Lt | LtEq | Gt | GtEq, right) => {
                self.predicate(left, &[right]);
                self.predicate(right, &[left]);
            }
            ExprKind::Between { value, low, high, negated: false } => {
                self.predicate(value, &[low, high]);
            }
            ExprKind::InList { value, items, negated: false } => {
                self.predicate(value, &items.iter().collect::<Vec<_>>());
            }
            ExprKind::InArray { value, array, negated: false } => self.predicate(value, &[array]),
            ExprKind::InQuery { value, negated: false, .. } => self.compared(value, false),
            ExprKind::Is { value, .. } => self.predicate(value, &[]),
            // What is nested deeper may prune or not: nothing is said of its columns.
            _ => {
                let mut paths = Vec::new();
                for_each_expression(condition, &mut |part| {
                    if let ExprKind::Path(_) = part.kind {
                        paths.push(part.clone());
                    }
                });
                for path in paths {
                    self.compared(&path, true);
                }
            }
        }
    }

    fn predicate(&mut self, value: &Expr, others: &[&Expr]) {
        let mut with_constant = true;
        for other in others {
            let is_query =
                matches!(other.bare().kind, ExprKind::Subquery(_) | ExprKind::ArrayQuery(_));
            // What is compared with a column joins, and prunes nothing by intent.
            if !is_query && !self.quietly(other).flow.inputs.is_empty() {
                return;
            }
            with_constant &= !is_query;
        }
        self.compared(value, with_constant);
    }

    fn compared(&mut self, written: &Expr, with_constant: bool) {
        let value = self.quietly(written);
        let wrapped_in = wrapping(written);
        let columns = columns(&value, wrapped_in.is_some());
        // A function of several columns cannot be taken from around one of them.
        if wrapped_in.is_some() && columns.len() > 1 {
            return;
        }
        for column in columns {
            let wrapped_in =
                wrapped_in.clone().filter(|name| !SEEN_THROUGH.contains(&name.as_str()));
            self.predicates.push(Predicate {
                column,
                wrapped_in,
                with_constant,
                span: written.span,
            });
        }
    }
}

/// The columns that a value is, or is computed from.
fn columns(value: &Value, is_wrapped: bool) -> Vec<u32> {
    let most = if is_wrapped { How::Transformed } else { How::Copied };
    let inputs = value.flow.inputs.iter().filter(|input| input.how <= most);
    inputs.map(|input| input.column).collect()
}

/// What is around a column.
fn wrapping(written: &Expr) -> Option<String> {
    match &written.bare().kind {
        ExprKind::Path(_) | ExprKind::Field(..) => None,
        ExprKind::Call(call) => Some(call.function()),
        ExprKind::Cast { data_type, .. } => {
            Some(match data_type.name.to_string().to_ascii_uppercase() {
                name if ["DATE", "TIMESTAMP"].contains(&name.as_str()) => name,
                name => format!("CAST AS {name}"),
            })
        }
        ExprKind::Extract { .. } => Some("EXTRACT".to_owned()),
        ExprKind::Binary(_, operator, _) => Some(operator.symbol().to_owned()),
        _ => Some("an expression".to_owned()),
    }
}
