//! A statement made from a step.

/// One statement, and where the user's SQL stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The text, without a semicolon.
    pub sql: String,
    /// Lines before the user's query, which always begins on a line of its own.
    pub lines_before: u32,
}

impl Rendered {
    /// A statement that is all ours.
    pub fn plain(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), lines_before: 0 }
    }

    /// A query of the user's between lines of ours.
    pub fn around(before: &str, query: &str, after: &str) -> Self {
        let lines_before = before.matches('\n').count() as u32 + 1;
        let after = if after.is_empty() { String::new() } else { format!("\n{after}") };
        let query = query.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
        Self { sql: format!("{before}\n{query}{after}"), lines_before }
    }
}
