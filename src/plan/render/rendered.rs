//! A statement made from a step.

/// One statement, and where the user's SQL stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The text, without a semicolon.
    pub sql: String,
    /// Lines before the user's query, which always begins on a line of its own.
    pub lines_before: u32,
    /// Lines at its begin that are those of a header.
    pub header_lines: u32,
}

impl Rendered {
    /// A statement that is all ours.
    pub fn plain(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), ..Self::default() }
    }

    /// A statement behind others that it needs.
    pub fn behind(header: &str, statement: &Self) -> Self {
        let header = without_end(header);
        let header_lines = header.matches('\n').count() as u32 + 1;
        let own = &statement.sql;
        // Variables are declared at the begin of a script or of a block
        // (<https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language#declare>).
        let (sql, lines) = match own.starts_with("declare ") {
            true => (format!("{header};\nbegin\n{own};\nend"), header_lines + 1),
            false => (format!("{header};\n{own}"), header_lines),
        };
        Self { sql, lines_before: statement.lines_before + lines, header_lines }
    }

    /// A query of the user's between lines of ours.
    pub fn around(before: &str, query: &str, after: &str) -> Self {
        let lines_before = before.matches('\n').count() as u32 + 1;
        let after = if after.is_empty() { String::new() } else { format!("\n{after}") };
        let query = without_end(query);
        Self { sql: format!("{before}\n{query}{after}"), lines_before, header_lines: 0 }
    }
}

/// The text without blanks and semicolons at its end.
fn without_end(sql: &str) -> &str {
    sql.trim_end_matches(|c: char| c.is_whitespace() || c == ';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_goes_before_what_is_declared() {
        let query = Rendered::around("create table t as (", "select f()", ")");
        let behind = Rendered::behind("create temp function f() as (1);\n\n", &query);
        assert_eq!(
            behind.sql,
            "create temp function f() as (1);\ncreate table t as (\nselect f()\n)"
        );
        assert_eq!((behind.lines_before, behind.header_lines), (2, 1));
        let script = Rendered::plain("declare x int64;\nselect x");
        let behind = Rendered::behind("set @@time_zone = 'UTC'", &script);
        assert_eq!(behind.sql, "set @@time_zone = 'UTC';\nbegin\ndeclare x int64;\nselect x;\nend");
        assert_eq!((behind.lines_before, behind.header_lines), (2, 1));
    }
}
