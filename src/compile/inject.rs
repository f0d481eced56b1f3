//! Puts common table expressions before a query that may have its own.

use super::mapped::MappedText;
use crate::relation::Dialect;

/// One expression to put in.
pub struct Injected<'a> {
    /// Its name.
    pub name: String,
    /// Its query.
    pub query: &'a MappedText,
}

/// The query with the expressions first, merged into its own `WITH` if it has one, in dbt's format.
pub fn inject(query: &MappedText, injected: &[Injected<'_>], dialect: Dialect) -> MappedText {
    if injected.is_empty() {
        return query.clone();
    }
    let text = query.text();
    let mut out = MappedText::default();
    // Behind the blanks after a `with` of its own, as dbt does.
    let own =
        with_end(text, dialect).map(|end| end + text[end..].len() - text[end..].trim_start().len());
    let start = own.unwrap_or_else(|| text.len() - text.trim_start().len());
    out.push_part(query, 0..start);
    if own.is_none() {
        out.push("with");
    }
    for (at, one) in injected.iter().enumerate() {
        out.push(&format!("{} {} as (\n", if at > 0 { ", " } else { "" }, one.name));
        out.push_mapped(one.query);
        out.push("\n)");
    }
    out.push(if own.is_some() { ", " } else { " " });
    out.push_part(query, start..text.len());
    out
}

/// Where the query's own `WITH` or `WITH RECURSIVE` ends, if it starts with one.
fn with_end(text: &str, dialect: Dialect) -> Option<usize> {
    let first = skip_blanks(text, 0, dialect);
    let after_with = first + word(&text[first..], "with")?;
    let next = skip_blanks(text, after_with, dialect);
    match word(&text[next..], "recursive") {
        // A CTE may be named `recursive` where it is no keyword: then `as` or `(` follows.
        Some(length) if !is_cte_head(text, next + length, dialect) => Some(next + length),
        _ => Some(after_with),
    }
}

fn is_cte_head(text: &str, at: usize, dialect: Dialect) -> bool {
    let next = skip_blanks(text, at, dialect);
    word(&text[next..], "as").is_some() || text[next..].starts_with('(')
}

/// The length of a keyword that the text starts with.
fn word(text: &str, keyword: &str) -> Option<usize> {
    let head = text.get(..keyword.len())?;
    let follows = text[keyword.len()..].chars().next();
    let ends = follows.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    (ends && head.eq_ignore_ascii_case(keyword)).then_some(keyword.len())
}

/// The first byte at or after `at` that is neither blank nor in a comment.
fn skip_blanks(text: &str, mut at: usize, dialect: Dialect) -> usize {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let line_comment = trimmed.starts_with("--")
            || (dialect == Dialect::GoogleSql && trimmed.starts_with('#'));
        if line_comment {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if trimmed.starts_with("/*") {
            at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
        } else {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn injected(text: &str) -> String {
        let mut query = MappedText::default();
        query.push(text);
        let mut inner = MappedText::default();
        inner.push("select 1 as id");
        let one = Injected { name: "__dbt__cte__a".to_owned(), query: &inner };
        inject(&query, &[one], Dialect::GoogleSql).text().to_owned()
    }

    #[test]
    fn a_query_without_with_gets_one() {
        insta::assert_snapshot!(injected("select * from __dbt__cte__a"), @"
        with __dbt__cte__a as (
        select 1 as id
        ) select * from __dbt__cte__a
        ");
    }

    #[test]
    fn a_querys_own_with_is_kept_behind_comments() {
        insta::assert_snapshot!(injected("-- with x as (\n/* with */ # with\nWITH own as (select 1) select 2"), @"
        -- with x as (
        /* with */ # with
        WITH  __dbt__cte__a as (
        select 1 as id
        ), own as (select 1) select 2
        ");
    }

    #[test]
    fn recursion_stays_first_and_strings_are_no_keywords() {
        assert!(
            injected("with recursive own as (select 1) select 2")
                .starts_with("with recursive  __dbt")
        );
        assert!(injected("with recursive as (select 1) select 2").starts_with("with  __dbt"));
        assert!(
            injected("select 'with x as' from t, unnest(a) with offset").starts_with("with __dbt")
        );
        assert!(injected("without_x").starts_with("with __dbt"));
    }
}
