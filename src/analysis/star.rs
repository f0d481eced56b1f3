//! `*`, with EXCEPT and REPLACE.

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    coercion::Literal,
    names::in_sight,
    problem::Problem,
    rows::{Column, Source, Value},
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{Expr, ExprKind, Ident, Span, Star},
};

/// Columns, whether they are all, and the table that further ones are of.
pub(super) type Expanded = (Vec<Column>, bool, Option<u32>);

impl Analyzer<'_> {
    /// The columns that a star means.
    pub fn star(&mut self, star: &Star) -> Expanded {
        let (mut columns, is_complete, open) = match &star.of {
            None => self.everything(star.span),
            Some(of) => self.star_of(of, star.span),
        };
        for name in &star.except {
            let before = columns.len();
            columns.retain(|column| !column.name.eq_ignore_ascii_case(&name.value));
            if columns.len() == before && is_complete {
                self.not_there(name, "EXCEPT", &columns);
            }
        }
        for (value, name) in &star.replace {
            let value = self.expression(value);
            let is_it = |column: &&mut Column| column.name.eq_ignore_ascii_case(&name.value);
            match columns.iter_mut().find(is_it) {
                Some(column) => {
                    column.value = value;
                    column.span = name.span;
                }
                None if is_complete => self.not_there(name, "REPLACE", &columns),
                None => {
                    let name = Arc::from(name.value.as_str());
                    columns.push(Column { name, value, span: star.span });
                }
            }
        }
        (columns, is_complete, open)
    }

    fn not_there(&mut self, name: &Ident, clause: &str, columns: &[Column]) {
        let message = format!("`*` has no column `{name}` for {clause}");
        let help = did_you_mean(&name.value, columns.iter().map(|column| &*column.name));
        self.problem(Problem::at("unknown-column", message, name.span).maybe_help(help));
    }

    /// The columns of all items of FROM; those of USING once, where the join begins.
    pub fn everything(&mut self, span: Span) -> Expanded {
        let mut columns = Vec::new();
        let scope = self.scope();
        let mut places = Vec::new();
        for (at, source) in in_sight(scope) {
            for merged in scope.merged.iter().filter(|merged| merged.at == at) {
                // One that a later USING took in is told there.
                let is_last = !scope.merged.iter().any(|other| {
                    other.parts.len() > merged.parts.len() && other.parts.contains(&merged.parts[0])
                });
                if is_last {
                    columns.push(Column { span, ..merged.column.clone() });
                    places.push((merged.column.name.to_string(), merged.parts.clone()));
                }
            }
            for (place, column) in source.columns.iter().enumerate() {
                let hidden = scope.merged.iter().any(|merged| merged.parts.contains(&(at, place)));
                if !hidden {
                    columns.push(Column { span, ..column.clone() });
                    places.push((column.name.to_string(), vec![(at, place)]));
                }
            }
        }
        let is_complete = in_sight(scope).all(|(_, source)| source.is_complete);
        let open: Vec<Option<u32>> = in_sight(scope)
            .filter(|(_, source)| !source.is_complete)
            .map(|(_, source)| source.open)
            .collect();
        let table = if let [only] = open.as_slice() { *only } else { None };
        self.check_star_grouped(&places, span);
        for column in &mut columns {
            column.value.literal = Literal::No;
        }
        (columns, is_complete, table)
    }

    fn check_star_grouped(&mut self, places: &[(String, Vec<super::rows::Place>)], span: Span) {
        let depth = self.scopes.len() - 1;
        if self.scopes[depth].grouping.is_none() {
            return;
        }
        for (name, places) in places {
            let name = Ident { value: name.clone(), span, quoted: false };
            self.check_grouped(depth, places, &[], (&[name], span));
        }
    }

    /// `t.*`, `t.struct.*`, `(expression).*`
    fn star_of(&mut self, of: &Expr, span: Span) -> Expanded {
        if let ExprKind::Path(parts) = &of.kind
            && let [name] = parts.as_slice()
        {
            for depth in (0..self.scopes.len()).rev() {
                let mut sources = self.scopes[depth].sources.iter();
                let found =
                    sources.position(|source| source.alias.eq_ignore_ascii_case(&name.value));
                if let Some(at) = found {
                    return self.star_of_source(depth, at, span);
                }
            }
        }
        let value = self.expression(of);
        let value = self.with_fields(value);
        let mut source = Source::default();
        source.set_value(&Value { literal: Literal::No, ..value.clone() }, span);
        match value.kind.fields() {
            Some(_) => (source.columns.to_vec(), true, None),
            None => {
                if value.kind.is_known() {
                    let message = format!("`.*` takes a table or a struct, not {}", value.kind);
                    self.problem(Problem::at("wrong-types", message, span));
                }
                (Vec::new(), false, None)
            }
        }
    }

    fn star_of_source(&mut self, depth: usize, at: usize, span: Span) -> Expanded {
        let source = &self.scopes[depth].sources[at];
        let (is_complete, open) = (source.is_complete, source.open);
        let columns: Vec<Column> = source
            .columns
            .iter()
            .map(|column| Column {
                value: Value { literal: Literal::No, ..column.value.clone() },
                span,
                ..column.clone()
            })
            .collect();
        if self.scopes[depth].grouping.is_some() {
            for (place, column) in columns.iter().enumerate() {
                let name = Ident { value: column.name.to_string(), span, quoted: false };
                self.check_grouped(depth, &[(at, place)], &[], (&[name], span));
            }
        }
        (columns, is_complete, open)
    }
}
