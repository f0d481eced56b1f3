//! ORDER BY.

use sqlparser::ast::{Expr, OrderBy, OrderByExpr, OrderByKind};

use super::{
    scope::{Named, Phase},
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// ` ORDER BY …` of a query.
    pub fn order_by(&mut self, order_by: &OrderBy) -> String {
        match &order_by.kind {
            OrderByKind::All(_) => {
                self.refuse("unsupported-syntax", "ORDER BY ALL is not GoogleSQL", order_by, None);
                String::new()
            }
            OrderByKind::Expressions(items) => format!(" ORDER BY {}", self.order_items(items)),
        }
    }

    /// Sort keys with BigQuery's place for NULL and NaN: first when ascending, last when descending.
    pub fn order_items(&mut self, items: &[OrderByExpr]) -> String {
        let mut texts = Vec::new();
        for item in items {
            let typed = self.order_key(&item.expr);
            let ascending = !matches!(item.options.sort, Some(sqlparser::ast::OrderBySort::Desc));
            let nulls_first = item.options.nulls_first.unwrap_or(ascending);
            let nulls = if nulls_first { "FIRST" } else { "LAST" };
            let way = if ascending { "ASC" } else { "DESC" };
            match typed.kind {
                Type::Float64 => {
                    // The engine holds NaN for the largest number.
                    let nan = if ascending { "DESC" } else { "ASC" };
                    texts.push(format!("isnan({}) {nan} NULLS {nulls}", typed.sql));
                }
                Type::Array(_) | Type::Struct(_) | Type::Json => {
                    let message = format!("{} has no order", typed.kind.google());
                    self.refuse("wrong-type", message, &item.expr, None);
                }
                _ => {}
            }
            texts.push(format!("{} {way} NULLS {nulls}", typed.sql));
        }
        texts.join(", ")
    }

    /// The one key of a window whose frame is a range of values.
    pub fn range_key(&mut self, item: &OrderByExpr) -> (String, Typed) {
        let typed = self.order_key(&item.expr);
        let ascending = !matches!(item.options.sort, Some(sqlparser::ast::OrderBySort::Desc));
        let nulls_first = item.options.nulls_first.unwrap_or(ascending);
        let way = if ascending { "ASC" } else { "DESC" };
        let nulls = if nulls_first { "FIRST" } else { "LAST" };
        (format!("{} {way} NULLS {nulls}", typed.sql), typed)
    }

    /// A key with its type; of a bare number the type of the column it counts.
    fn order_key(&mut self, expression: &Expr) -> Typed {
        match expression {
            Expr::Value(_) => Typed::new(self.key(expression), Type::Unknown),
            // An alias alone means the column of the result to the engine too.
            Expr::Identifier(name)
                if let Some(scope) = self.scopes.last()
                    && scope.phase == Phase::Results =>
            {
                match scope.named(&name.value) {
                    Named::One(item) => Typed::new(quote(&item.name), item.kind.clone()),
                    Named::Several => {
                        let message = format!("`{name}` is the name of more than one column");
                        self.refuse("ambiguous-name", message, expression, None)
                    }
                    Named::None => self.expression(expression),
                }
            }
            other => self.expression(other),
        }
    }
}
