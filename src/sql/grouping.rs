//! GROUP BY.

use sqlparser::ast::{Expr, GroupByExpr, GroupByWithModifier, Select, SelectItem, Value};

use super::{bind::is_plain, scope::Named, translate::Translator};

impl Translator<'_> {
    /// ` GROUP BY …`, or nothing.
    pub fn group_by(&mut self, select: &Select) -> String {
        match &select.group_by {
            GroupByExpr::All(_) => self.group_by_all(select),
            GroupByExpr::Expressions(expressions, modifiers) => {
                if let Some(modifier) = modifiers.first() {
                    let name = match modifier {
                        GroupByWithModifier::Rollup => "WITH ROLLUP",
                        GroupByWithModifier::Cube => "WITH CUBE",
                        _ => "this GROUP BY modifier",
                    };
                    self.refuse(
                        "unsupported-syntax",
                        format!("`{name}` is not GoogleSQL"),
                        select,
                        Some("write GROUP BY ROLLUP(…)"),
                    );
                }
                if expressions.is_empty() {
                    return String::new();
                }
                if let [Expr::Tuple(none)] = expressions.as_slice()
                    && none.is_empty()
                {
                    return " GROUP BY ()".to_owned();
                }
                let texts: Vec<String> =
                    expressions.iter().map(|expression| self.grouping(expression)).collect();
                format!(" GROUP BY {}", texts.join(", "))
            }
        }
    }

    /// The items without an aggregate or window function, constants too, which the engine's own
    /// GROUP BY ALL leaves out.
    fn group_by_all(&mut self, select: &Select) -> String {
        let stars = select.projection.iter().any(|item| {
            matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
        });
        let items = self.scopes.last().map(|scope| scope.items.clone()).unwrap_or_default();
        let constants = items.iter().filter(|item| is_plain(&item.sql) && !item.sql.contains('"'));
        let constants: Vec<&str> = constants.map(|item| item.sql.as_str()).collect();
        if stars || constants.len() < select.projection.len() {
            return " GROUP BY ALL".to_owned();
        }
        // An expression: the engine takes a bare constant for a place.
        format!(" GROUP BY ({} IS NULL)", constants.join(" IS NULL), ("))
    }

    fn grouping(&mut self, expression: &Expr) -> String {
        match expression {
            Expr::Rollup(inner) => self.sets("ROLLUP", inner),
            Expr::Cube(inner) => self.sets("CUBE", inner),
            Expr::GroupingSets(inner) => self.sets("GROUPING SETS", inner),
            other => self.group_key(other),
        }
    }

    fn sets(&mut self, name: &str, sets: &[Vec<Expr>]) -> String {
        let mut keys: Vec<String> = Vec::new();
        let mut texts = Vec::new();
        for set in sets {
            let mut parts = Vec::new();
            for part in set {
                let key = match self.placed(part) {
                    Some(key) => key,
                    None => self.group_key(part),
                };
                if is_plain(&key) && !key.contains('"') {
                    let message = format!("a constant in {name} is not supported");
                    self.refuse("unsupported-syntax", message, part, Some("name a column"));
                }
                // Where one key is part of another, the engine computes the larger one from the
                // smaller one's NULLs.
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
                parts.push(key);
            }
            texts.push(match parts.as_slice() {
                [part] => part.clone(),
                parts => format!("({})", parts.join(", ")),
            });
        }
        format!("{name} ({})", texts.join(", "))
    }

    /// The item that a place in the SELECT list means.
    fn placed(&self, part: &Expr) -> Option<String> {
        let Expr::Value(value) = part else { return None };
        let Value::Number(text, _) = &value.value else { return None };
        let place: usize = text.parse().ok()?;
        self.scopes.last()?.places.get(place.checked_sub(1)?).cloned()
    }

    /// A key of GROUP BY. An alias of the SELECT list goes before a column of FROM in BigQuery; the
    /// engine has it the other way, so the item's own SQL is written
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#group_by_clause>).
    fn group_key(&mut self, expression: &Expr) -> String {
        if let Expr::Identifier(name) = expression {
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
        match expression {
            Expr::Value(value) if matches!(value.value, Value::Number(..)) => value.to_string(),
            other => self.expression(other).sql,
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
