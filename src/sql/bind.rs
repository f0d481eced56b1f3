//! Values that are written once and read several times.
//!
//! Text that repeats an argument grows with every level of nesting, and an argument like `RAND()`
//! would be another number each time.

use super::translate::{Translator, Typed};

impl Translator<'_> {
    /// `body` over names of the values; what is more than a name or a literal is evaluated once.
    pub fn bind(&mut self, values: &[&Typed], body: impl FnOnce(&[String]) -> String) -> String {
        self.bind_nested(values, |_, names| body(names))
    }

    /// Like [`Translator::bind`] for a body that translates more.
    pub fn bind_nested(
        &mut self,
        values: &[&Typed],
        body: impl FnOnce(&mut Self, &[String]) -> String,
    ) -> String {
        if values.iter().all(|value| is_plain(&value.sql)) {
            let names: Vec<String> = values.iter().map(|value| value.sql.clone()).collect();
            return body(self, &names);
        }
        // Columns too: in a lambda the engine finds none of an outer query or of a neighbour in FROM.
        let is_bound: Vec<bool> =
            values.iter().map(|value| !is_plain(&value.sql) || value.sql.contains('"')).collect();
        let complex: Vec<&str> = values
            .iter()
            .zip(&is_bound)
            .filter(|(_, is_bound)| **is_bound)
            .map(|(value, _)| &*value.sql)
            .collect();
        let name = self.fresh("v");
        let mut number = 0;
        let names: Vec<String> = values
            .iter()
            .zip(&is_bound)
            .map(|(value, is_bound)| {
                if !is_bound {
                    return value.sql.clone();
                }
                number += 1;
                if complex.len() == 1 { name.clone() } else { format!("{name}.a{number}") }
            })
            .collect();
        let bound = match complex.as_slice() {
            [one] => (*one).to_owned(),
            several => {
                let fields: Vec<String> = several
                    .iter()
                    .enumerate()
                    .map(|(at, sql)| format!("a{} := {sql}", at + 1))
                    .collect();
                format!("struct_pack({})", fields.join(", "))
            }
        };
        let body = body(self, &names);
        format!("list_transform([{bound}], lambda {name}: {body})[1]")
    }
}

/// Whether a text is a name, a path of names, a literal, a literal with its type or an interval of one
/// number.
pub(super) fn is_plain(sql: &str) -> bool {
    if matches!(sql, "NULL" | "TRUE" | "FALSE") {
        return true;
    }
    if let Some(inner) = sql.strip_prefix("CAST(").and_then(|rest| rest.strip_suffix(')'))
        && let Some((value, _)) = inner.rsplit_once(" AS ")
    {
        return is_number(value) || is_quoted(value, '\'');
    }
    if let Some(inner) = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        // `(INTERVAL (CAST(1 AS BIGINT)) HOUR)`
        if let Some(interval) = inner.strip_prefix("INTERVAL ") {
            let number = interval.rsplit_once(' ').map(|(number, _)| number);
            let number = number.and_then(|text| text.strip_prefix('(')?.strip_suffix(')'));
            return number.is_some_and(is_plain);
        }
        return is_number(inner.trim_start_matches('-')) || is_path(inner);
    }
    is_number(sql) || is_quoted(sql, '\'') || is_path(sql)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// One text in quotes, doubled inside.
fn is_quoted(text: &str, quote: char) -> bool {
    let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner.is_some_and(|inner| {
        let doubled = inner.replace(&format!("{quote}{quote}"), "");
        !doubled.contains(quote)
    })
}

/// Quoted names and names of our own with dots between.
fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| {
            is_quoted(part, '"')
                || part.starts_with("__")
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                || part.len() > 1
                    && part.starts_with('a')
                    && part[1..].bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn names_and_literals_are_plain() {
        for plain in ["\"a\"", "\"t\".\"a\"", "'it''s'", "CAST(1 AS BIGINT)", "__v1.a2", "NULL"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["'a' || 'b'", "(\"a\" + \"b\")", "CAST(f(1) AS BIGINT)", "random()"] {
            assert!(!is_plain(other), "{other}");
        }
    }
}
