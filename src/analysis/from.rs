//! FROM: tables, joins, arrays.

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    coercion::{Literal, supertype},
    flow::{Flow, How},
    problem::Problem,
    rows::{Column, Merged, Place, Rows, Scope, Source, Value},
    types::Type,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{Condition, Expr, From, Ident, Join, JoinKind, Path, Span, Table, TableKind},
};

impl Analyzer<'_> {
    /// The items of FROM come in sight.
    pub fn from(&mut self, items: &[From]) {
        for item in items {
            self.item_of_from(item);
        }
    }

    fn item_of_from(&mut self, item: &From) {
        let start = self.scope().sources.len();
        self.table(&item.table);
        for join in &item.joins {
            self.join(join, start);
        }
    }

    /// A join to the sources from `start` on.
    pub fn join(&mut self, join: &Join, start: usize) {
        let right = self.scope().sources.len();
        self.table(&join.table);
        match &join.condition {
            None => {}
            Some(Condition::On(condition)) => {
                let value = self.condition(condition, "ON");
                self.predicates_of(condition);
                self.scope().chosen_by.add_used(&value.flow, How::Join);
            }
            Some(Condition::Using(names)) => {
                for name in names {
                    self.using(name, join.kind, (start, right));
                }
            }
        }
    }

    /// A column of USING becomes one.
    fn using(&mut self, name: &Ident, kind: JoinKind, (start, right): (usize, usize)) {
        let scope = self.scope();
        let end = scope.sources.len();
        let merged = scope.merged.iter().rposition(|merged| {
            merged.column.name.eq_ignore_ascii_case(&name.value)
                && merged.parts.iter().all(|(at, _)| (start..right).contains(at))
        });
        let left = match merged {
            Some(at) => {
                let merged = &scope.merged[at];
                Some((merged.column.value.clone(), merged.parts.clone()))
            }
            None => self.side(name, start..right),
        };
        let right = self.side(name, right..end);
        let (Some(left), Some(right)) = (left, right) else { return };
        let kinds = [(&left.0.kind, &Literal::No), (&right.0.kind, &Literal::No)];
        let common = supertype(&kinds).unwrap_or_else(|| {
            let message = format!(
                "`{name}` of USING is {} on one side and {} on the other",
                left.0.kind, right.0.kind
            );
            self.problem(Problem::at("wrong-types", message, name.span));
            Type::Unknown
        });
        for value in [&left.0, &right.0] {
            self.scope().chosen_by.add_used(&value.flow, How::Join);
        }
        let value = match kind {
            JoinKind::Right => right.0,
            JoinKind::Full => {
                let flow = Flow::choice(&[left.0.flow, right.0.flow]);
                Value { kind: common, literal: Literal::No, flow: flow.used(How::Transformed) }
            }
            _ => left.0,
        };
        let mut parts = left.1;
        parts.extend(right.1);
        let column = Column { name: Arc::from(name.value.as_str()), value, span: name.span };
        self.scope().merged.push(Merged { column, parts, at: start });
    }

    /// The column of USING on one side of a join.
    fn side(
        &mut self,
        name: &Ident,
        sources: std::ops::Range<usize>,
    ) -> Option<(Value, Vec<Place>)> {
        let scope = self.scope();
        let mut known: Vec<Arc<str>> = Vec::new();
        let sources: Vec<usize> = sources.filter(|at| !scope.sources[*at].by_name_only).collect();
        for &at in &sources {
            let source = &scope.sources[at];
            let mut columns = source.columns.iter().enumerate();
            let found = columns.find(|(_, column)| column.name.eq_ignore_ascii_case(&name.value));
            if let Some((place, column)) = found {
                return Some((column.value.clone(), vec![(at, place)]));
            }
            known.extend(source.columns.iter().map(|column| Arc::clone(&column.name)));
        }
        if let Some(&open) = sources.iter().find(|at| !scope.sources[**at].is_complete) {
            // It becomes a column that is known by its name.
            let flow = match scope.sources[open].open {
                Some(table) => Flow::of(self.input(table, &Arc::from(name.value.as_str()))),
                None => Flow::default(),
            };
            let value = Value { kind: Type::Unknown, literal: Literal::No, flow };
            let column = Column {
                name: Arc::from(name.value.as_str()),
                value: value.clone(),
                span: name.span,
            };
            let source = &mut self.scope().sources[open];
            let mut columns = source.columns.to_vec();
            columns.push(column);
            source.columns = columns.into();
            return Some((value, vec![(open, source.columns.len() - 1)]));
        }
        let names: Vec<String> =
            sources.iter().map(|at| format!("`{}`", self.scope().sources[*at].alias)).collect();
        let message = format!("no column `{name}` for USING in {}", names.join(", "));
        let help = did_you_mean(&name.value, known.iter().map(|name| &**name));
        self.problem(Problem::at("unknown-column", message, name.span).maybe_help(help));
        None
    }

    /// One item of FROM.
    pub fn table(&mut self, table: &Table) {
        let alias = table.alias.as_ref().map(|alias| alias.value.as_str());
        match &table.kind {
            TableKind::Named { name, .. } => self.named_table(name, alias),
            TableKind::Query(query) => {
                // It does not see its neighbours.
                let scope = std::mem::take(self.scope());
                let rows = self.query(query);
                *self.scope() = scope;
                self.choose_by(&rows.chosen_by);
                self.scope().sources.push(Source::of(alias.unwrap_or_default(), &rows));
            }
            TableKind::Unnest(arrays) => match arrays.as_slice() {
                [array] => {
                    let value = self.expression(array);
                    self.unnest(&value, alias.unwrap_or_default(), array.span);
                }
                // Each array gives a column by its own name.
                arrays => {
                    let values: Vec<(Value, &Expr)> =
                        arrays.iter().map(|array| (self.expression(array), array)).collect();
                    for (value, array) in values {
                        self.unnest(&value, super::select::implied_name(array), array.span);
                    }
                }
            },
            TableKind::Nested(item) => self.item_of_from(item),
            // What table functions give is not known.
            TableKind::Function(name, _) => {
                let last = name.parts.last().map_or("", |part| part.value.as_str());
                self.scope().sources.push(Source::of(alias.unwrap_or(last), &Rows::unknown()));
            }
            TableKind::Pivot(inner, pivot) => {
                self.scopes.push(Scope::default());
                self.table(inner);
                let rows = self.pivot(pivot);
                self.scopes.pop();
                self.choose_by(&rows.chosen_by);
                self.scope().sources.push(Source::of(alias.unwrap_or_default(), &rows));
            }
            TableKind::Unpivot(inner, unpivot) => {
                self.scopes.push(Scope::default());
                self.table(inner);
                let rows = self.unpivot(unpivot);
                self.scopes.pop();
                self.choose_by(&rows.chosen_by);
                self.scope().sources.push(Source::of(alias.unwrap_or_default(), &rows));
            }
        }
        if let Some(offset) = &table.offset {
            let name = offset.as_ref().map_or("offset", |name| name.value.as_str());
            let mut source = Source { alias: Arc::from(name), ..Source::default() };
            source.set_value(&Value::of(Type::Int64), table.span);
            self.scope().sources.push(source);
        }
    }

    fn named_table(&mut self, name: &Path, alias: Option<&str>) {
        let parts = name.names();
        let alias = alias.unwrap_or_else(|| name_of(name));
        if let [only] = parts.as_slice() {
            let only = only.to_ascii_lowercase();
            let known = self.ctes.iter().rev().find(|(name, _)| *name == only);
            if let Some(rows) = known.map(|(_, rows)| std::rc::Rc::clone(rows)) {
                self.choose_by(&rows.chosen_by);
                self.scope().sources.push(Source::of(alias, &rows));
                return;
            }
        }
        let is_neighbour = |scope: &Scope| {
            scope
                .sources
                .iter()
                .any(|source| source.alias.eq_ignore_ascii_case(&name.parts[0].value))
        };
        if name.parts.len() > 1 && self.scopes.iter().any(is_neighbour) {
            let value = self.path(&name.parts, name.span);
            self.unnest(&value, alias, name.span);
            return;
        }
        let rows = self.table_rows(&parts, name.span);
        self.scope().sources.push(Source::of(alias, &rows));
    }

    /// The elements of an array.
    fn unnest(&mut self, array: &Value, alias: &str, span: Span) {
        let element = match &array.kind {
            Type::Array(element) => (**element).clone(),
            Type::Unknown | Type::Null => Type::Unknown,
            other => {
                let message = format!("UNNEST takes an array, not {other}");
                self.problem(Problem::at("wrong-types", message, span));
                Type::Unknown
            }
        };
        let value = Value { kind: element, literal: Literal::No, flow: array.flow.clone() };
        let value = self.with_fields(value);
        let mut source = Source { alias: Arc::from(alias), ..Source::default() };
        source.set_value(&value, span);
        self.scope().sources.push(source);
    }

    /// A condition of a join or filter alone, for its flow.
    pub fn quietly(&mut self, expression: &Expr) -> Value {
        let problems = self.problems.len();
        let value = self.expression(expression);
        self.problems.truncate(problems);
        value
    }
}

/// The name that a table goes by without an alias.
fn name_of(path: &Path) -> &str {
    let last = path.parts.last().map_or("", |part| part.value.as_str());
    last.rsplit('.').next().unwrap_or(last)
}
