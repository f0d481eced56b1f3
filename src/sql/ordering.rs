//! ORDER BY.

use super::{
    ast::{Expr, ExprKind, OrderItem},
    scope::{Named, Phase},
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// Sort keys with BigQuery's place for NULL and NaN: first when ascending, last when descending.
    pub fn order_items(&mut self, items: &[OrderItem]) -> String {
        let mut texts = Vec::new();
        for item in items {
            if let Some(collate) = &item.collate {
                let message = "COLLATE is not supported on the embedded engine";
                self.refuse("unsupported-syntax", message, collate, None);
            }
            let typed = self.order_key(&item.key);
            let ascending = !item.descending;
            let nulls_first = item.nulls_first.unwrap_or(ascending);
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
                    self.refuse("wrong-type", message, &item.key, None);
                }
                _ => {}
            }
            texts.push(format!("{} {way} NULLS {nulls}", typed.sql));
        }
        texts.join(", ")
    }

    /// The one key of a window whose frame is a range of values.
    pub fn range_key(&mut self, item: &OrderItem) -> (String, Typed) {
        let typed = self.order_key(&item.key);
        let ascending = !item.descending;
        let nulls_first = item.nulls_first.unwrap_or(ascending);
        let way = if ascending { "ASC" } else { "DESC" };
        let nulls = if nulls_first { "FIRST" } else { "LAST" };
        (format!("{} {way} NULLS {nulls}", typed.sql), typed)
    }

    /// A key with its type; of a bare number the type of the column it counts.
    fn order_key(&mut self, expression: &Expr) -> Typed {
        match &expression.kind {
            ExprKind::Number(text) => {
                let place = self.key(expression);
                // A place is no value to the engine's functions: NaN needs the column's name.
                let column = self.scopes.last().and_then(|scope| {
                    let place: usize = text.parse().ok()?;
                    let (name, kind) = scope.aliases.get(place.checked_sub(1)?)?;
                    let same = scope.aliases.iter();
                    let same = same.filter(|(other, _)| other.eq_ignore_ascii_case(name));
                    let by_name =
                        scope.phase == Phase::Results && scope.counted && same.count() == 1;
                    (by_name && *kind == Type::Float64)
                        .then(|| Typed::new(quote(name), kind.clone()))
                });
                column.unwrap_or_else(|| Typed::new(place, Type::Unknown))
            }
            // An alias alone means the column of the result to the engine too.
            ExprKind::Path(path)
                if let [name] = path.as_slice()
                    && let Some(scope) = self.scopes.last()
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
            _ => self.expression(expression),
        }
    }
}
