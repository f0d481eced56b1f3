//! A list of diagnostics with a closing count.

use std::collections::HashMap;

use super::quantity::counted;
use crate::diagnostic::{Diagnostic, render_terminal};

/// How many of one code are shown in full: the next ones teach nothing new.
const MAX_OF_ONE_CODE: usize = 20;

/// Renders diagnostics in order, errors last so that they stay in sight, repeated ones cut short,
/// and a closing line `error: 3 errors, 1 warning`. Empty where there are none.
pub fn render_diagnostics(diagnostics: &[Diagnostic], color: bool) -> String {
    let mut blocks = render_blocks(diagnostics, color);
    blocks.extend(closing_line(diagnostics));
    blocks.join("\n\n")
}

/// The diagnostics alone, without the closing line.
pub(super) fn render_blocks(diagnostics: &[Diagnostic], color: bool) -> Vec<String> {
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    ordered.sort_by_key(|diagnostic| diagnostic.is_error());
    let mut shown: HashMap<&str, usize> = HashMap::new();
    let mut blocks = Vec::new();
    for diagnostic in &ordered {
        let count = shown.entry(diagnostic.code).or_default();
        *count += 1;
        if *count <= MAX_OF_ONE_CODE {
            blocks.push(render_terminal(diagnostic, color));
        }
    }
    let mut cut: Vec<(&str, usize)> =
        shown.into_iter().filter(|(_, count)| *count > MAX_OF_ONE_CODE).collect();
    cut.sort_unstable();
    let more = |(code, count): (&str, usize)| {
        format!("… and {} more of `{code}`", count - MAX_OF_ONE_CODE)
    };
    blocks.extend(cut.into_iter().map(more));
    blocks
}

fn closing_line(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    match (errors, warnings) {
        (0, 0) => None,
        (0, _) => Some(format!("warning: {}", counted(warnings, "warning"))),
        (_, 0) => Some(format!("error: {}", counted(errors, "error"))),
        _ => Some(format!("error: {}, {}", counted(errors, "error"), counted(warnings, "warning"))),
    }
}
