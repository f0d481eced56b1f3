//! What the warehouse refused, said at the user's line.

use super::suspects::suspects;
use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    compile::MappedText,
    diagnostic::Diagnostic,
};

/// The diagnostic for an error in `code`.
pub fn blame(error: &AdapterError, code: &MappedText) -> Diagnostic {
    let message = error.message.lines().next().unwrap_or_default().trim_end();
    let mut diagnostic = match unknown_column(message) {
        Some(name) => {
            Diagnostic::error("unknown-column", format!("column `{name}` does not exist"))
        }
        None => Diagnostic::error(error.code, message),
    };
    let places = match error.position {
        Some(place) => vec![place],
        // Better the name the engine speaks of than no place, better the file than none.
        None if error.kind == AdapterErrorKind::Sql => {
            let mut places = suspects(error.code, code.text());
            if places.is_empty() {
                places.push(place_of_name(message, code.text()).unwrap_or((1, 1)));
            }
            places
        }
        None => Vec::new(),
    };
    let label = if places.len() > 1 { "perhaps here" } else { "" };
    for (line, column) in places {
        if let Some(span) = code.locate(line, column) {
            diagnostic = diagnostic.at(span, label);
        }
    }
    for rest in error.message.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        diagnostic = diagnostic.note(rest.trim_end());
    }
    diagnostic.maybe_help(error.help.clone())
}

/// The column that DuckDB takes for an alias used too early. Translated queries name every column,
/// so the alias is the column itself: it does not exist.
fn unknown_column(message: &str) -> Option<&str> {
    let words = message.strip_prefix("Binder Error: ").unwrap_or(message);
    let rest = words.strip_prefix("Column \"")?;
    let (name, rest) = rest.split_once('"')?;
    rest.starts_with(" referenced that exists in the SELECT clause").then_some(name)
}

/// The 1-based line and column of the first word in `sql` that `message` has in quotes. Engines
/// name what they miss and do not always say where it is.
fn place_of_name(message: &str, sql: &str) -> Option<(u32, u32)> {
    let name = message.split(['"', '`']).nth(1).filter(|name| !name.is_empty())?;
    let name = name.to_ascii_lowercase();
    let folded = sql.to_ascii_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let find = |name: &str| {
        let mut found = folded.match_indices(name).map(|(at, _)| at);
        found.find(|at| {
            let before = folded[..*at].chars().next_back();
            let after = folded[at + name.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    // A qualified name may be written with other quotes: its last part is the telling one.
    let at = find(&name).or_else(|| find(name.rsplit('.').next()?))?;
    let start = sql[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = sql[..at].matches('\n').count() + 1;
    Some((line as u32, sql[start..at].chars().count() as u32 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnostic::{SourceFile, render_terminal},
        jinja::LineMap,
    };

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
        render_terminal(&blame(&error, &MappedText::rendered(compiled, &lines)), false)
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
    fn the_name_where_no_place_is_known() {
        let shown = shown(None);
        assert!(shown.contains("models/m.sql:3:3"), "{shown}");
    }

    #[test]
    fn the_file_where_nothing_is_known() {
        let file = SourceFile::new("models/m.sql", "select 1\n");
        let lines = LineMap { file, lines: vec![1] };
        let code = MappedText::rendered("select 1", &lines);
        let error = error("out of memory", None);
        let shown = render_terminal(&blame(&error, &code), false);
        insta::assert_snapshot!(shown, @r#"
    error[warehouse-error]: out of memory
     --> models/m.sql:1:1
      |
    1 | select 1
      | ^^^^^^
      |
      = help: did you mean `amount`?
    "#);
    }
}
