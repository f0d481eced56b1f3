//! Renderers: one value, three outputs.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// As shown in a terminal: header, snippet with carets, notes and help. Ends without a line end.
pub fn render_terminal(diagnostic: &Diagnostic, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut group = Group::with_title(title);
    let mut files: Vec<&std::sync::Arc<super::SourceFile>> = Vec::new();
    for label in &diagnostic.labels {
        if !files.iter().any(|file| std::sync::Arc::ptr_eq(file, &label.span.file)) {
            files.push(&label.span.file);
        }
    }
    for file in files {
        let mut snippet = Snippet::source(file.text()).path(file.path());
        for (at, label) in diagnostic.labels.iter().enumerate() {
            if !std::sync::Arc::ptr_eq(file, &label.span.file) {
                continue;
            }
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let range = clamp(label.span.start as usize..label.span.end as usize, file.text());
            let message = (!label.message.is_empty()).then_some(label.message.as_str());
            snippet = snippet.annotation(kind.span(range).label(message));
        }
        group = group.element(snippet);
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group]).to_string()
}

/// Keeps a range inside the text and on character boundaries.
fn clamp(range: std::ops::Range<usize>, text: &str) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(range.start);
    start..floor(range.end).max(start)
}

/// As one JSON object: code, severity, message, file, line, column, notes, help.
pub fn render_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let place = diagnostic.labels.first().map(|label| {
        let (line, column) = label.span.line_column();
        (label.span.file.path().to_owned(), line, column)
    });
    serde_json::json!({
        "code": diagnostic.code,
        "severity": if diagnostic.is_error() { "error" } else { "warning" },
        "message": diagnostic.message,
        "file": place.as_ref().map(|place| &place.0),
        "line": place.as_ref().map(|place| place.1),
        "column": place.as_ref().map(|place| place.2),
        "notes": diagnostic.notes,
        "help": diagnostic.help,
    })
}

/// As a GitHub Actions workflow command, which annotates the line in a review.
pub fn render_github(diagnostic: &Diagnostic) -> String {
    let kind = if diagnostic.is_error() { "error" } else { "warning" };
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let place = diagnostic.labels.first().map_or(String::new(), |label| {
        let (line, column) = label.span.line_column();
        format!("file={},line={line},col={column},", escape(label.span.file.path()))
    });
    format!("::{kind} {place}title={}::{}", diagnostic.code, escape(&diagnostic.message))
}
