//! What the warehouse refused, said at the user's line.

use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    compile::MappedText,
    diagnostic::Diagnostic,
};

/// The diagnostic for an error in `code`.
pub fn blame(error: &AdapterError, code: &MappedText) -> Diagnostic {
    let message = error.message.lines().next().unwrap_or_default().trim_end();
    let mut diagnostic = Diagnostic::error(error.code, message);
    let place = match error.position {
        Some((line, column)) => code.locate(line, column),
        // Better the file without a line than no file at all.
        None if error.kind == AdapterErrorKind::Sql => code.locate(1, 1),
        None => None,
    };
    if let Some(span) = place {
        diagnostic = diagnostic.at(span, "");
    }
    for rest in error.message.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        diagnostic = diagnostic.note(rest.trim_end());
    }
    diagnostic.maybe_help(error.help.clone())
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
