//! GROUP BY.

use super::{
    aggregates::is_aggregate,
    ast::{Expr, ExprKind, GroupBy, GroupItem, GroupItemKind, Select, SelectItem, any_expression},
    bind::is_plain,
    scope::Named,
    translate::Translator,
};

impl Translator<'_> {
    /// ` GROUP BY …`, or nothing.
    pub fn group_by(&mut self, select: &Select) -> String {
        match &select.group_by {
            None => String::new(),
            Some(GroupBy::All) => self.group_by_all(select),
            Some(GroupBy::Items(items)) => {
                let texts: Vec<String> = items.iter().map(|item| self.group_item(item)).collect();
                format!(" GROUP BY {}", texts.join(", "))
            }
        }
    }

    /// The items without an aggregate or window function, constants too, which the engine's own
    /// GROUP BY ALL leaves out.
    fn group_by_all(&mut self, select: &Select) -> String {
        let stars = select.items.iter().any(|item| matches!(item, SelectItem::Star(_)));
        let items = self.scopes.last().map(|scope| scope.items.clone()).unwrap_or_default();
        let constants = items.iter().filter(|item| is_plain(&item.sql) && !item.sql.contains('"'));
        let constants: Vec<&str> = constants.map(|item| item.sql.as_str()).collect();
        // The engine takes no QUALIFY behind GROUP BY ALL.
        if select.qualify.is_some() && !stars && items.len() == select.items.len() {
            let is_key = |item: &SelectItem| match item {
                SelectItem::Expr(expression, _) => !any_expression(
                    expression,
                    &mut |part| matches!(&part.kind, ExprKind::Call(call) if is_aggregate(&call.function())),
                ),
                SelectItem::Star(_) => false,
            };
            let keys = select.items.iter().zip(&items).filter(|(item, _)| is_key(item));
            let keys: Vec<&str> = keys.map(|(_, item)| item.sql.as_str()).collect();
            return match keys.is_empty() {
                true => String::new(),
                false => format!(" GROUP BY {}", keys.join(", ")),
            };
        }
        if stars || constants.len() < select.items.len() {
            return " GROUP BY ALL".to_owned();
        }
        // An expression: the engine takes a bare constant for a place.
        format!(" GROUP BY ({} IS NULL)", constants.join(" IS NULL), ("))
    }

    fn group_item(&mut self, item: &GroupItem) -> String {
        let mut keys = Vec::new();
        match &item.kind {
            GroupItemKind::Key(key) => match &key.kind {
                ExprKind::Tuple(parts) if parts.is_empty() => "()".to_owned(),
                _ => self.group_key(key),
            },
            GroupItemKind::Nothing => "()".to_owned(),
            _ => self.group_set(item, &mut keys),
        }
    }

    /// An item of grouping sets; `keys` are those of the whole clause so far.
    fn group_set(&mut self, item: &GroupItem, keys: &mut Vec<String>) -> String {
        let (name, texts) = match &item.kind {
            GroupItemKind::Nothing => return "()".to_owned(),
            GroupItemKind::Key(key) => return self.set_key(key, keys),
            GroupItemKind::Rollup(parts) => ("ROLLUP", self.set_keys(parts, keys)),
            GroupItemKind::Cube(parts) => ("CUBE", self.set_keys(parts, keys)),
            GroupItemKind::Sets(items) => {
                let texts = items.iter().map(|item| self.group_set(item, keys)).collect();
                ("GROUPING SETS", texts)
            }
        };
        format!("{name} ({})", texts.join(", "))
    }

    fn set_keys(&mut self, parts: &[Expr], keys: &mut Vec<String>) -> Vec<String> {
        parts.iter().map(|part| self.set_key(part, keys)).collect()
    }

    /// A key of grouping sets, or several in parentheses.
    fn set_key(&mut self, part: &Expr, keys: &mut Vec<String>) -> String {
        if let ExprKind::Tuple(parts) = &part.kind {
            return format!("({})", self.set_keys(parts, keys).join(", "));
        }
        let part = part.bare();
        let key = match self.placed(part) {
            Some(key) => key,
            None => self.group_key(part),
        };
        if is_plain(&key) && !key.contains('"') {
            let message = "a constant in grouping sets is not supported";
            self.refuse("unsupported-syntax", message, part, Some("name a column"));
        }
        // Where one key is part of another, the engine computes the larger one from the smaller
        // one's NULLs.
        if keys.iter().any(|other| {
            *other != key && (contains_word(other, &key) || contains_word(&key, other))
        }) {
            let help = "compute the keys in a subquery, and group by its columns";
            self.refuse(
                "unsupported-syntax",
                "grouping sets whose keys contain one another are not supported",
                part,
                Some(help),
            );
        }
        keys.push(key.clone());
        key
    }

    /// The item that a place in the SELECT list means.
    fn placed(&self, part: &Expr) -> Option<String> {
        let ExprKind::Number(text) = &part.kind else { return None };
        let place: usize = text.parse().ok()?;
        self.scopes.last()?.places.get(place.checked_sub(1)?).cloned()
    }

    /// What a key of GROUP BY is, places too.
    pub fn grouped_value(&mut self, key: &Expr) -> String {
        match self.placed(key.bare()) {
            Some(sql) => sql,
            None => self.group_key(key.bare()),
        }
    }

    /// A key of GROUP BY. An alias of the SELECT list goes before a column of FROM in BigQuery; the
    /// engine has it the other way, so the item's own SQL is written
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#group_by_clause>).
    fn group_key(&mut self, expression: &Expr) -> String {
        if let ExprKind::Path(path) = &expression.kind
            && let [name] = path.as_slice()
        {
            match self.scopes.last().map_or(Named::None, |scope| scope.named(&name.value)) {
                Named::One(item) => return item.sql.clone(),
                Named::Several => {
                    let message = format!("`{name}` is the name of more than one column");
                    self.refuse("ambiguous-name", message, expression, None);
                }
                Named::None => {}
            }
        }
        self.key(expression)
    }

    /// A key of GROUP BY or ORDER BY: a bare number is a column's position.
    pub fn key(&mut self, expression: &Expr) -> String {
        match &expression.kind {
            ExprKind::Number(text) => text.clone(),
            _ => self.expression(expression).sql,
        }
    }
}

/// Whether a key stands inside another one.
fn contains_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}
