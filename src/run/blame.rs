//! What the warehouse refused, said at the user's line.

use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    diagnostic::{Diagnostic, Span},
    jinja::LineMap,
};

/// The diagnostic for an error in `sql`, whose lines come from the user's by `lines`.
pub fn blame(error: &AdapterError, sql: &str, lines: &LineMap) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(error.code, one_line(&error.message));
    if error.kind != AdapterErrorKind::Cancelled {
        diagnostic = match error.position {
            Some((line, column)) => diagnostic.at(place(sql, lines, line, column), ""),
            // Better the file without a line than no file at all.
            None if error.kind == AdapterErrorKind::Sql => diagnostic.at(lines.span(1), ""),
            None => diagnostic,
        };
    }
    for rest in error.message.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        diagnostic = diagnostic.note(rest.trim_end());
    }
    diagnostic.maybe_help(error.help.clone())
}

fn one_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim_end().to_owned()
}

/// The user's place of a 1-based line and column of `sql`: the very word, where the line reached
/// the warehouse as the user wrote it from its start up to there; else the line.
fn place(sql: &str, lines: &LineMap, line: u32, column: u32) -> Span {
    let whole = lines.span(line);
    let compiled = sql.lines().nth(line.max(1) as usize - 1).unwrap_or_default();
    let file = &lines.file;
    let start = file.line_offset(lines.user_line(line)) as usize;
    let written = file.text()[start..].lines().next().unwrap_or_default();
    let before: String = compiled.chars().take(column.max(1) as usize - 1).collect();
    let word = |text: &str| -> usize {
        let mut letters = text.chars();
        let Some(first) = letters.next() else { return 0 };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let more = letters.take_while(|c| is_word(first) && is_word(*c));
        first.len_utf8() + more.map(char::len_utf8).sum::<usize>()
    };
    match written.strip_prefix(before.as_str()) {
        Some(rest)
            if word(rest) > 0 && compiled[before.len()..].starts_with(&rest[..word(rest)]) =>
        {
            let at = start + before.len();
            Span::new(file, at..at + word(rest))
        }
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{SourceFile, render_terminal};

    fn error(message: &str, position: Option<(u32, u32)>) -> AdapterError {
        AdapterError {
            kind: AdapterErrorKind::Sql,
            code: "warehouse-error",
            message: message.to_owned(),
            position,
            step: None,
            help: Some("did you mean `amount`?".to_owned()),
        }
    }

    /// A model whose second line became two.
    fn shown(position: Option<(u32, u32)>) -> String {
        let user = "select\n  {{ columns() }},\n  amuont as a\nfrom {{ ref('x') }}\n";
        let compiled = "select\n  id,\n  name,\n  amuont as a\nfrom `d`.`x`";
        let lines =
            LineMap { file: SourceFile::new("models/m.sql", user), lines: vec![1, 2, 2, 3, 4] };
        let error = error("column `amuont` does not exist\nin the select list", position);
        render_terminal(&blame(&error, compiled, &lines), false)
    }

    #[test]
    fn the_very_word_where_the_line_is_the_users() {
        insta::assert_snapshot!(shown(Some((4, 3))), @r#"
    error[warehouse-error]: column `amuont` does not exist
     --> models/m.sql:3:3
      |
    3 |   amuont as a
      |   ^^^^^^
      |
      = note: in the select list
      = help: did you mean `amount`?
    "#);
    }

    #[test]
    fn the_line_where_a_template_made_it() {
        insta::assert_snapshot!(shown(Some((3, 3))), @r#"
    error[warehouse-error]: column `amuont` does not exist
     --> models/m.sql:2:3
      |
    2 |   {{ columns() }},
      |   ^^^^^^^^^^^^^^^^
      |
      = note: in the select list
      = help: did you mean `amount`?
    "#);
    }

    #[test]
    fn the_file_where_nothing_is_known() {
        insta::assert_snapshot!(shown(None), @r#"
    error[warehouse-error]: column `amuont` does not exist
     --> models/m.sql:1:1
      |
    1 | select
      | ^^^^^^
      |
      = note: in the select list
      = help: did you mean `amount`?
    "#);
    }
}
