//! Aggregates in a subquery over columns of outer queries.

use super::{
    ast::{Call, ExprKind, for_each_expression},
    scope::Found,
    translate::Translator,
    types::quote,
};

impl Translator<'_> {
    /// A column of the innermost FROM, for an aggregate in a subquery whose argument reads columns of
    /// outer queries only: it is over the rows of the subquery all the same.
    pub fn own_column_beside(&self, call: &Call) -> Option<String> {
        let (scope, outer) = self.scopes.split_last()?;
        let argument = &call.arguments.first()?.value;
        if outer.is_empty() || call.over.is_some() {
            return None;
        }
        let (mut reads_outer, mut reads_other) = (false, false);
        for_each_expression(argument, &mut |part| match &part.kind {
            ExprKind::Path(path) => {
                let name = &path[0].value;
                let is_here = self.binding(name, self.scopes.len()).is_some()
                    || scope.source(name).is_some()
                    || !matches!(scope.column(name, &[]), Found::No);
                let is_outer = outer.iter().any(|scope| {
                    scope.source(name).is_some() || matches!(scope.column(name, &[]), Found::Is(_))
                });
                reads_outer |= !is_here && is_outer;
                reads_other |= is_here;
            }
            ExprKind::Subquery(_) | ExprKind::ArrayQuery(_) | ExprKind::Exists(_) => {
                reads_other = true;
            }
            _ => {}
        });
        let source = scope.sources.first().filter(|_| reads_outer && !reads_other)?;
        Some(match source.columns.columns.first() {
            Some((column, _)) => source.sql_of(column),
            None => quote(&source.table),
        })
    }
}
