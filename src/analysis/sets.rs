//! UNION, INTERSECT, EXCEPT.

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    coercion::{Literal, supertype},
    flow::{Flow, How},
    problem::Problem,
    queries::merge,
    rows::{Column, Rows, Value},
    types::Type,
};
use crate::sql::ast::{Matching, MatchingMode, SetOperation, SetOperator, Span, Spanned as _};

/// What is put together.
#[derive(Clone, Copy)]
pub(super) struct Setting<'q> {
    pub operator: SetOperator,
    pub all: bool,
    pub matching: Option<&'q Matching>,
    pub span: Span,
}

impl Setting<'_> {
    fn name(self) -> String {
        let operator = match self.operator {
            SetOperator::Union => "UNION",
            SetOperator::Intersect => "INTERSECT",
            SetOperator::Except => "EXCEPT",
        };
        format!("{operator} {}", if self.all { "ALL" } else { "DISTINCT" })
    }
}

impl Analyzer<'_> {
    /// What a set operation gives.
    pub fn set_operation(&mut self, set: &SetOperation) -> Rows {
        let left = self.body(&set.left, &[]);
        let right = self.body(&set.right, &[]);
        let setting = Setting {
            operator: set.operator,
            all: set.all,
            matching: set.matching.as_ref(),
            span: set.right.span(),
        };
        self.put_together(left, right, setting)
    }

    /// The rows of two queries as one.
    pub fn put_together(&mut self, mut left: Rows, right: Rows, setting: Setting<'_>) -> Rows {
        let mut chosen_by = std::mem::take(&mut left.chosen_by);
        merge(&mut chosen_by, &right.chosen_by);
        if setting.operator != SetOperator::Union {
            let mut keys = Flow::default();
            for column in left.columns.iter().chain(&right.columns) {
                keys.add_used(&column.value.flow, How::Filter);
            }
            merge(&mut chosen_by, &keys.inputs);
        }
        if !left.is_complete || !right.is_complete {
            let columns = match setting.matching {
                None => self.known_together(left.columns, right.columns, setting),
                Some(_) => Vec::new(),
            };
            let open = if left.open == right.open { left.open } else { None };
            return Rows { columns, is_complete: false, is_value: false, open, chosen_by };
        }
        let is_value = left.is_value && right.is_value;
        let columns = match setting.matching {
            Some(matching) => self.by_name(&left.columns, &right.columns, matching, setting),
            None if left.columns.len() != right.columns.len() => {
                let message = format!(
                    "{} puts {} columns and {} columns together",
                    setting.name(),
                    left.columns.len(),
                    right.columns.len()
                );
                let mut problem = Problem::at("set-operation-columns", message, setting.span);
                let (more, less) = match left.columns.len() > right.columns.len() {
                    true => (&left.columns, &right.columns),
                    false => (&right.columns, &left.columns),
                };
                let is_in =
                    |name: &str| less.iter().any(|column| column.name.eq_ignore_ascii_case(name));
                let extra: Vec<String> = more
                    .iter()
                    .filter(|column| !column.name.is_empty() && !is_in(&column.name))
                    .map(|column| format!("`{}`", column.name))
                    .collect();
                if !extra.is_empty() {
                    problem = problem.help(format!("only one side has {}", extra.join(", ")));
                }
                self.problem(problem);
                return Rows::unknown();
            }
            None => {
                let pairs = left.columns.into_iter().zip(right.columns).enumerate();
                pairs.map(|(at, (left, right))| self.pair(at, left, Some(right), setting)).collect()
            }
        };
        Rows { columns, is_complete: true, is_value, open: None, chosen_by }
    }

    /// Columns of rows that are not all known, by place: those of the same name.
    fn known_together(
        &mut self,
        left: Vec<Column>,
        right: Vec<Column>,
        setting: Setting<'_>,
    ) -> Vec<Column> {
        let mut columns = Vec::new();
        for column in left {
            let other = right.iter().find(|other| other.name.eq_ignore_ascii_case(&column.name));
            let Some(other) = other.filter(|_| !column.name.is_empty()) else { continue };
            let mut value = Value { kind: Type::Unknown, ..column.value };
            if setting.operator == SetOperator::Union {
                value.flow.add(&other.value.flow);
            }
            columns.push(Column { value, ..column });
        }
        columns
    }

    fn pair(
        &mut self,
        at: usize,
        left: Column,
        right: Option<Column>,
        setting: Setting<'_>,
    ) -> Column {
        let Some(right) = right else { return left };
        let kinds =
            [(&left.value.kind, &left.value.literal), (&right.value.kind, &right.value.literal)];
        let kind = supertype(&kinds).unwrap_or_else(|| {
            let name = match left.name.is_empty() {
                true => format!("column {}", at + 1),
                false => format!("column {} (`{}`)", at + 1, left.name),
            };
            let message = format!(
                "{name} of {} is {} on one side and {} on the other",
                setting.name(),
                left.value.kind,
                right.value.kind
            );
            let mut problem = Problem::at("set-operation-types", message, right.span);
            if !left.name.eq_ignore_ascii_case(&right.name)
                && !right.name.is_empty()
                && !left.name.is_empty()
            {
                problem = problem.help(format!(
                    "columns go together by their place: `{}` stands where `{}` does",
                    right.name, left.name
                ));
            }
            self.problem(problem);
            Type::Unknown
        });
        let literal = match left.value.literal.is_whole() && right.value.literal.is_whole() {
            true => Literal::Yes,
            false => Literal::No,
        };
        let flow = match setting.operator {
            SetOperator::Union => {
                let how = if kind == left.value.kind { How::Copied } else { How::Transformed };
                let flows = [left.value.flow, right.value.flow];
                let flow = Flow::choice(&flows);
                if how == How::Copied { flow } else { flow.used(how) }
            }
            // Every row is one of the first query's.
            _ => left.value.flow,
        };
        Column { name: left.name, value: Value { kind, literal, flow }, span: left.span }
    }

    fn by_name(
        &mut self,
        left: &[Column],
        right: &[Column],
        matching: &Matching,
        setting: Setting<'_>,
    ) -> Vec<Column> {
        let find = |columns: &[Column], name: &str| {
            columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).cloned()
        };
        let unnamed = left.iter().chain(right).find(|column| column.name.is_empty());
        if let (Some(column), true) = (unnamed, matching.columns.is_empty()) {
            let message = format!("a column of {} by name has no name", setting.name());
            let problem = Problem::at("set-operation-columns", message, column.span);
            self.problem(problem.help("give it one with `AS`"));
        }
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut take = |columns: &[Column]| {
            for column in columns {
                if !names.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
                    names.push(Arc::clone(&column.name));
                }
            }
        };
        take(left);
        if matching.mode == MatchingMode::Full {
            take(right);
        }
        if !matching.columns.is_empty() {
            names = matching.columns.iter().map(|name| Arc::from(name.value.as_str())).collect();
        }
        let mut columns = Vec::new();
        for name in names {
            let sides = (find(left, &name), find(right, &name));
            let missing = match (matching.mode, &sides) {
                (_, (Some(_), Some(_)))
                | (MatchingMode::Full, _)
                | (MatchingMode::Left, (Some(_), None)) => None,
                (MatchingMode::Inner, _) => continue,
                (_, (Some(_), None)) => Some("second"),
                _ => Some("first"),
            };
            if let Some(side) = missing {
                let message =
                    format!("the {side} query of {} has no column `{name}`", setting.name());
                self.problem(Problem::at("set-operation-columns", message, setting.span));
                continue;
            }
            let name = Arc::clone(&name);
            let column = match sides {
                (Some(left), right) => self.pair(columns.len(), left, right, setting),
                (None, Some(right)) => right,
                (None, None) => continue,
            };
            columns.push(Column { name, ..column });
        }
        if matching.mode == MatchingMode::Strict && matching.columns.is_empty() {
            for column in right {
                if find(left, &column.name).is_none() {
                    let message = format!(
                        "the first query of {} has no column `{}`",
                        setting.name(),
                        column.name
                    );
                    self.problem(Problem::at("set-operation-columns", message, column.span));
                }
            }
        }
        columns
    }
}
