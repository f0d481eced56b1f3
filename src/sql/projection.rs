//! The SELECT list.

use sqlparser::ast::{Expr, Select, SelectItem, ValueTableMode};

use super::{
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
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expression) => {
                    let implied = implied_name(expression);
                    self.item(expression, implied, &mut list);
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    self.item(expr, Some(alias.value.clone()), &mut list);
                }
                SelectItem::ExprWithAliases { expr, .. } => {
                    self.refuse("unsupported-syntax", "an expression takes one alias", expr, None);
                }
                SelectItem::Wildcard(options) => self.star(options, item, &mut list),
                SelectItem::QualifiedWildcard(kind, options) => {
                    self.qualified_star(kind, options, item, &mut list);
                }
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
        use ValueTableMode::{AsStruct, AsValue, DistinctAsStruct, DistinctAsValue};
        let rows = |items, columns| Values { items, columns, is_row: false };
        match &select.value_table_mode {
            None => rows(items, columns),
            Some(AsValue | DistinctAsValue) => {
                if columns.columns.len() != 1 || !columns.complete {
                    let message = "SELECT AS VALUE takes one expression";
                    self.refuse("sql-syntax", message, select, None);
                }
                rows(items, Columns { is_value: true, ..columns })
            }
            Some(AsStruct | DistinctAsStruct) if !as_values => rows(items, columns),
            Some(AsStruct | DistinctAsStruct)
                if items.len() != columns.columns.len()
                    || !columns.complete
                    || items.iter().zip(&columns.columns).any(|(item, (name, _))| {
                        !item.ends_with(&format!(" AS {}", quote(name)))
                    }) =>
            {
                Values { items, columns, is_row: true }
            }
            Some(AsStruct | DistinctAsStruct) => {
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
fn implied_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            sqlparser::ast::AccessExpr::Dot(Expr::Identifier(name)) => Some(name.value.clone()),
            _ => None,
        },
        _ => None,
    }
}
