//! The SELECT list.

use super::{
    ast::{Expr, ExprKind, Select, SelectItem, SelectMode},
    scope::{Columns, Item},
    star::List,
    translate::Translator,
    types::{Type, quote},
};

/// The items of a SELECT list as rows or values.
pub(super) struct Values {
    /// The engine's SQL of the items.
    pub items: Vec<String>,
    /// What they give.
    pub columns: Columns,
    /// Whether each row is still to become one struct.
    pub is_row: bool,
}

impl Translator<'_> {
    /// The SELECT list: texts with aliases, and what they give.
    pub fn projection(&mut self, select: &Select) -> (Vec<String>, Columns) {
        let mut list = List { texts: Vec::new(), columns: Columns::all(Vec::new()) };
        for item in &select.items {
            match item {
                SelectItem::Expr(expression, Some(alias)) => {
                    self.item(expression, Some(alias.value.clone()), &mut list);
                }
                SelectItem::Expr(expression, None) => {
                    self.item(expression, implied_name(expression), &mut list);
                }
                SelectItem::Star(star) => match &star.of {
                    None => self.star(star, &mut list),
                    Some(of) => self.qualified_star(of, star, &mut list),
                },
            }
        }
        (list.texts, list.columns)
    }

    fn item(&mut self, expression: &Expr, name: Option<String>, list: &mut List) {
        let typed = self.expression(expression);
        let before = list.texts.len();
        if let Some(top) = self.scopes.last_mut()
            && top.places.len() == before
        {
            top.places.push(typed.sql.clone());
        }
        if let (Some(name), Some(top)) = (&name, self.scopes.last_mut()) {
            let (name, sql, kind) = (name.clone(), typed.sql.clone(), typed.kind.clone());
            top.items.push(Item { name, sql, kind });
        }
        // BigQuery names such columns f0_, f1_, …
        let name = name.unwrap_or_else(|| format!("f{}_", list.columns.columns.len()));
        list.texts.push(format!("{} AS {}", typed.sql, quote(&name)));
        list.columns.columns.push((name, typed.kind));
    }

    /// `SELECT AS STRUCT` and `SELECT AS VALUE`.
    pub fn value_table(
        &mut self,
        select: &Select,
        items: Vec<String>,
        columns: Columns,
        as_values: bool,
    ) -> Values {
        let rows = |items, columns| Values { items, columns, is_row: false };
        match &select.mode {
            None => rows(items, columns),
            Some(SelectMode::Type(name)) => {
                let message = format!("SELECT AS {name} is not supported");
                self.refuse("unsupported-syntax", message, select, None);
                rows(items, columns)
            }
            Some(SelectMode::With(name)) => {
                let message = format!("`SELECT WITH {name}` is not supported");
                self.refuse("unsupported-syntax", message, select, None);
                rows(items, columns)
            }
            Some(SelectMode::Value) => {
                if columns.columns.len() != 1 || !columns.complete {
                    let message = "SELECT AS VALUE takes one expression";
                    self.refuse("sql-syntax", message, select, None);
                }
                rows(items, Columns { is_value: true, ..columns })
            }
            Some(SelectMode::Struct) if !as_values => rows(items, columns),
            Some(SelectMode::Struct)
                if items.len() != columns.columns.len()
                    || !columns.complete
                    || items.iter().zip(&columns.columns).any(|(item, (name, _))| {
                        !item.ends_with(&format!(" AS {}", quote(name)))
                    }) =>
            {
                Values { items, columns, is_row: true }
            }
            Some(SelectMode::Struct) => {
                let fields: Vec<String> = columns
                    .columns
                    .iter()
                    .zip(&items)
                    .map(|((name, _), item)| {
                        let end = format!(" AS {}", quote(name));
                        format!("{} := {}", quote(name), item.strip_suffix(&end).unwrap_or(item))
                    })
                    .collect();
                let name = self.fresh("value");
                let kind = Type::Struct(columns.columns);
                let item = format!("struct_pack({}) AS {}", fields.join(", "), quote(&name));
                let columns = vec![(name, kind)];
                rows(vec![item], Columns { columns, complete: true, is_value: true })
            }
        }
    }
}

/// The name of a column without an alias: the last part of a path.
pub(super) fn implied_name(expression: &Expr) -> Option<String> {
    match &expression.kind {
        ExprKind::Path(parts) => parts.last().map(|name| name.value.clone()),
        ExprKind::Field(_, name) => Some(name.value.clone()),
        _ => None,
    }
}
