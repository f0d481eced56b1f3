//! GROUP BY.

use sqlparser::ast::{Expr, GroupByExpr, GroupByWithModifier, Select};

use super::translate::Translator;

impl Translator<'_> {
    /// ` GROUP BY …`, or nothing.
    pub fn group_by(&mut self, select: &Select) -> String {
        match &select.group_by {
            GroupByExpr::All(_) => " GROUP BY ALL".to_owned(),
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
                let texts: Vec<String> =
                    expressions.iter().map(|expression| self.grouping(expression)).collect();
                format!(" GROUP BY {}", texts.join(", "))
            }
        }
    }

    fn grouping(&mut self, expression: &Expr) -> String {
        // Where one key is part of another, the engine computes the larger one from the smaller
        // one's NULLs.
        if let Expr::Rollup(inner) | Expr::Cube(inner) | Expr::GroupingSets(inner) = expression
            && overlapping(inner)
        {
            let help = "compute the keys in a subquery, and group by its columns";
            self.refuse(
                "unsupported-syntax",
                "grouping sets whose keys contain one another are not supported",
                expression,
                Some(help),
            );
        }
        match expression {
            Expr::Rollup(inner) => self.sets("ROLLUP", inner),
            Expr::Cube(inner) => self.sets("CUBE", inner),
            Expr::GroupingSets(inner) => self.sets("GROUPING SETS", inner),
            other => self.group_key(other),
        }
    }

    fn sets(&mut self, name: &str, sets: &[Vec<Expr>]) -> String {
        let texts: Vec<String> = sets
            .iter()
            .map(|set| {
                let parts: Vec<String> = set.iter().map(|part| self.group_key(part)).collect();
                if parts.len() == 1 { parts.join("") } else { format!("({})", parts.join(", ")) }
            })
            .collect();
        format!("{name} ({})", texts.join(", "))
    }

    /// A key of GROUP BY. An alias of the SELECT list goes before a column of FROM in BigQuery; the
    /// engine has it the other way, so the item's own SQL is written
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#group_by_clause>).
    fn group_key(&mut self, expression: &Expr) -> String {
        if let Expr::Identifier(name) = expression {
            let items = self.scopes.last().map(|scope| scope.items.as_slice()).unwrap_or_default();
            let mut named =
                items.iter().filter(|(alias, _)| alias.eq_ignore_ascii_case(&name.value));
            match (named.next(), named.next()) {
                (Some((_, sql)), None) => return sql.clone(),
                (Some(_), Some(_)) => {
                    let message = format!("`{name}` is the alias of more than one column");
                    self.refuse("ambiguous-name", message, expression, None);
                }
                _ => {}
            }
        }
        self.key(expression)
    }

    /// A key of GROUP BY or ORDER BY: a bare number is a column's position.
    pub fn key(&mut self, expression: &Expr) -> String {
        match expression {
            Expr::Value(value) if matches!(value.value, sqlparser::ast::Value::Number(..)) => {
                value.to_string()
            }
            other => self.expression(other).sql,
        }
    }
}

/// Whether a key stands inside another one.
fn overlapping(sets: &[Vec<Expr>]) -> bool {
    let keys: Vec<String> = sets.iter().flatten().map(ToString::to_string).collect();
    keys.iter().any(|key| keys.iter().any(|other| other != key && contains_word(other, key)))
}

fn contains_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}
