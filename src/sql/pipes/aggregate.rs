//! `|> AGGREGATE … GROUP BY …`: the keys come first, then the aggregates.

use super::rows::Rows;
use crate::sql::{
    ast::{Expr, ExprKind, GroupBy, GroupItem, GroupItemKind, Ident, OrderItem, Pipe, SelectItem},
    bind::is_plain,
    projection::implied_name,
    scope::{Columns, Phase, Scope},
    translate::{Translator, Typed},
    types::{Type, quote},
};

/// A key of GROUP BY: its name and value.
struct Key {
    name: Option<String>,
    typed: Typed,
}

impl Translator<'_> {
    /// The groups of rows.
    pub fn aggregate_rows(
        &mut self,
        rows: Rows,
        items: &[(SelectItem, Option<bool>)],
        group_by: Option<&GroupBy>,
        ordered: bool,
        pipe: &Pipe,
    ) -> Rows {
        let groups: &[GroupItem] = match group_by {
            None => &[],
            Some(GroupBy::Items(items)) => items,
            Some(GroupBy::All) => {
                self.refuse("sql-syntax", "AGGREGATE takes no GROUP BY ALL", pipe, None);
                &[]
            }
        };
        self.scopes.push(rows.scope.clone());
        let mut keys = Vec::new();
        let group_texts: Vec<String> =
            groups.iter().map(|item| self.group_of(item, &mut keys)).collect();
        let mut texts = Vec::new();
        let mut columns = Vec::new();
        let mut order = Vec::new();
        let mut push = |name: Option<String>, typed: Typed, columns: &mut Vec<(String, Type)>| {
            let name = name.unwrap_or_else(|| format!("f{}_", columns.len()));
            texts.push(format!("{} AS {}", typed.sql, quote(&name)));
            columns.push((name, typed.kind));
        };
        for key in keys {
            push(key.name, key.typed, &mut columns);
        }
        let plain_keys = groups.iter().all(|item| matches!(item.kind, GroupItemKind::Key(_)));
        let mut key_order: Vec<(usize, bool)> = Vec::new();
        for (at, item) in groups.iter().enumerate() {
            match item.order {
                Some(descending) => key_order.push((at, descending)),
                None if ordered => key_order.push((at, false)),
                None => {}
            }
        }
        for (item, descending) in items {
            match item {
                SelectItem::Expr(expression, alias) => {
                    if let Some(descending) = descending {
                        order.push((columns.len(), *descending));
                    }
                    let typed = self.expression(expression);
                    let alias = alias.as_ref().map(|alias| alias.value.clone());
                    push(alias.or_else(|| implied_name(expression)), typed, &mut columns);
                }
                SelectItem::Star(star) => {
                    self.refuse("sql-syntax", "AGGREGATE takes no `*`", star, None);
                }
            }
        }
        let scope = self.scopes.pop().unwrap_or_default();
        if !scope.extremes.is_empty() {
            let message = "HAVING MAX and MIN are not supported in AGGREGATE";
            self.refuse("unsupported-syntax", message, pipe, Some("write SELECT … GROUP BY"));
        }
        if !plain_keys && !key_order.is_empty() {
            let message = "ASC and DESC of grouping sets are not supported";
            self.refuse("unsupported-syntax", message, pipe, Some("write |> ORDER BY"));
        }
        // The keys go before the aggregates.
        key_order.append(&mut order);
        let order = key_order;
        if columns.is_empty() {
            self.refuse("sql-syntax", "AGGREGATE needs an aggregate or a key", pipe, None);
        }
        let mut text = format!("SELECT {} FROM {}", texts.join(", "), rows.from);
        if !rows.conditions.is_empty() {
            text.push_str(&format!(" WHERE {}", rows.conditions.join(" AND ")));
        }
        if !group_texts.is_empty() {
            text.push_str(&format!(" GROUP BY {}", group_texts.join(", ")));
        }
        let mut rows = self.rows_of(&text, Columns::all(columns.clone()));
        if !order.is_empty() {
            let items: Vec<OrderItem> = order
                .into_iter()
                .map(|(at, descending)| {
                    let name =
                        Ident { value: columns[at].0.clone(), span: pipe.span, quoted: true };
                    OrderItem {
                        key: Expr::new(ExprKind::Path(vec![name]), pipe.span),
                        descending,
                        nulls_first: None,
                        collate: None,
                    }
                })
                .collect();
            let (phase, is_ordered) = (Phase::Results, true);
            self.scopes.push(Scope { phase, is_ordered, ..rows.scope.clone() });
            rows.order = Some(self.order_items(&items));
            self.scopes.pop();
        }
        rows
    }

    /// An item of GROUP BY; its keys are noted, each once.
    fn group_of(&mut self, item: &GroupItem, keys: &mut Vec<Key>) -> String {
        let of = |translator: &mut Self, parts: &[Expr], keys: &mut Vec<Key>| {
            let texts: Vec<String> =
                parts.iter().map(|part| translator.key_of(part, None, keys)).collect();
            texts.join(", ")
        };
        match &item.kind {
            GroupItemKind::Key(key) => {
                let alias = item.alias.as_ref().map(|alias| alias.value.clone());
                self.key_of(key, alias, keys)
            }
            GroupItemKind::Nothing => "()".to_owned(),
            GroupItemKind::Rollup(parts) => format!("ROLLUP ({})", of(self, parts, keys)),
            GroupItemKind::Cube(parts) => format!("CUBE ({})", of(self, parts, keys)),
            GroupItemKind::Sets(items) => {
                let texts: Vec<String> =
                    items.iter().map(|item| self.group_of(item, keys)).collect();
                format!("GROUPING SETS ({})", texts.join(", "))
            }
        }
    }

    fn key_of(&mut self, key: &Expr, alias: Option<String>, keys: &mut Vec<Key>) -> String {
        if let ExprKind::Tuple(parts) = &key.kind {
            let texts: Vec<String> =
                parts.iter().map(|part| self.key_of(part, None, keys)).collect();
            return format!("({})", texts.join(", "));
        }
        let key = key.bare();
        let typed = self.expression(key);
        if is_plain(&typed.sql) && !typed.sql.contains('"') {
            let message = "a constant in GROUP BY of AGGREGATE is not supported";
            self.refuse("unsupported-syntax", message, key, Some("name a column"));
        }
        let sql = typed.sql.clone();
        let name = alias.or_else(|| implied_name(key));
        let is_known = keys.iter().any(|known| known.typed.sql == sql && known.name == name);
        if !is_known {
            keys.push(Key { name, typed });
        }
        sql
    }
}
