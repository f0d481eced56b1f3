//! `f(… HAVING MAX by)`: an aggregate over the rows that have the most or the least
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate-function-calls#aggregate_function_call_syntax>).
//!
//! The most of each group is computed first, as a column beside those of FROM.

use super::{
    ast::{Expr, GroupBy, GroupItemKind, HavingBound, Select},
    scope::Phase,
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// The condition that a row has the most or the least of its group.
    pub fn has_extreme(&mut self, bound: &HavingBound, place: &Expr) -> Option<String> {
        let by = self.expression(&bound.by);
        if matches!(by.kind, Type::Array(_) | Type::Struct(_) | Type::Json | Type::Interval) {
            let message = format!("HAVING MAX and MIN take no {}", by.kind.google());
            self.refuse("wrong-type", message, &bound.by, None);
            return None;
        }
        let name = self.fresh("most");
        let extreme = extreme(&by, bound.is_max);
        let scope = self.scopes.last_mut();
        let Some(scope) = scope.filter(|scope| !scope.sources.is_empty() && !scope.is_ordered)
        else {
            let message = "HAVING MAX and MIN are not supported in ORDER BY of a query";
            let help = "give the aggregate a name in the SELECT list, and order by that";
            self.refuse("unsupported-syntax", message, place, Some(help));
            return None;
        };
        scope.extremes.push((name.clone(), extreme));
        let most = quote(&name);
        Some(match by.kind {
            // NaN is the extreme, and equal to nothing.
            Type::Float64 => format!("({0} = {most} AND NOT isnan({most}))", by.sql),
            _ => format!("({} = {most})", by.sql),
        })
    }

    /// FROM and WHERE with the columns that aggregates of this SELECT need.
    pub fn with_extremes(
        &mut self,
        select: &Select,
        from: String,
        condition: Option<String>,
    ) -> String {
        let extremes = self.scopes.last_mut().map(|scope| std::mem::take(&mut scope.extremes));
        let extremes = extremes.unwrap_or_default();
        let mut text = String::new();
        if !from.is_empty() {
            text = format!(" FROM {from}");
        }
        if let Some(condition) = condition {
            text.push_str(&format!(" WHERE {condition}"));
        }
        if extremes.is_empty() {
            return text;
        }
        let single = select.from.len() == 1 && select.from[0].joins.is_empty();
        let alias = self.scopes.last().and_then(|scope| match scope.sources.as_slice() {
            [source] if single => Some(quote(&source.table)),
            _ => None,
        });
        let keys = match extremes.iter().any(|(_, sql)| sql.contains(OVER)) {
            true => self.partition_keys(select),
            false => Some(Vec::new()),
        };
        let (Some(alias), Some(keys)) = (alias, keys) else {
            let message =
                "HAVING MAX and MIN are supported over one table and plain keys of GROUP BY";
            let help = "make a subquery of the joins, and name the keys";
            self.refuse("unsupported-syntax", message, select, Some(help));
            return text;
        };
        let over = match keys.is_empty() {
            true => "()".to_owned(),
            false => format!("(PARTITION BY {})", keys.join(", ")),
        };
        let columns: Vec<String> = extremes
            .iter()
            .map(|(name, sql)| format!("{} AS {}", sql.replace(OVER, &over), quote(name)))
            .collect();
        format!(" FROM (SELECT *, {}{text}) AS {alias}", columns.join(", "))
    }

    /// The keys of GROUP BY, where they are nothing but keys.
    fn partition_keys(&mut self, select: &Select) -> Option<Vec<String>> {
        // Aliases are in sight here as they are in GROUP BY.
        let items = match &select.group_by {
            None => return Some(Vec::new()),
            Some(GroupBy::All) => return None,
            Some(GroupBy::Items(items)) => items,
        };
        let phase = self.scopes.last_mut().map(|scope| std::mem::take(&mut scope.phase));
        let mut keys = Some(Vec::new());
        for item in items {
            let key = match &item.kind {
                GroupItemKind::Key(key) => Some(self.grouped_value(key)),
                _ => None,
            };
            match (&mut keys, key) {
                (Some(keys), Some(key)) => keys.push(key),
                _ => keys = None,
            }
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.phase = phase.unwrap_or(Phase::Rows);
        }
        keys
    }
}

/// Where the window of an extreme is to stand.
const OVER: &str = "\u{f8ff}over";

/// The most or the least of a group; NaN is both, where there is one.
fn extreme(by: &Typed, is_max: bool) -> String {
    let sql = &by.sql;
    match (is_max, &by.kind) {
        (true, _) => format!("max({sql}) OVER {OVER}"),
        (false, Type::Float64) => format!(
            "coalesce(max({sql}) FILTER (WHERE isnan({sql})) OVER {OVER}, min({sql}) OVER {OVER})"
        ),
        (false, _) => format!("min({sql}) OVER {OVER}"),
    }
}
