//! What a template did wrong, said at the user's line.

use std::{
    ops::Range,
    sync::{Arc, PoisonError},
};

use minijinja::{Error, ErrorKind};

use super::{
    Captured, Engine, INTERNAL_PACKAGE, MacroInfo, Marks, Phase, context::Shared,
    rewrite::original_range,
};
use crate::diagnostic::{Diagnostic, Severity, SourceFile, Span, did_you_mean};

/// Jinja's filters, for suggestions; the template engine does not tell its own.
const FILTERS: [&str; 44] = [
    "abs",
    "as_bool",
    "as_native",
    "as_number",
    "as_text",
    "attr",
    "batch",
    "capitalize",
    "center",
    "default",
    "dictsort",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
];
/// Jinja's tests, for suggestions.
const TESTS: [&str; 20] = [
    "boolean",
    "callable",
    "defined",
    "divisibleby",
    "eq",
    "even",
    "false",
    "float",
    "in",
    "integer",
    "iterable",
    "mapping",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "string",
    "true",
    "undefined",
];

/// The statements that open a block.
const BLOCKS: [&str; 7] = ["if", "for", "set", "call", "filter", "macro", "raw"];

/// A failed rendering.
#[derive(Debug)]
pub struct RenderError {
    /// What went wrong, at the user's line.
    pub diagnostic: Diagnostic,
    /// What was called before it.
    pub captured: Captured,
}

/// A diagnostic on its way through the template engine.
#[derive(Debug)]
struct Refused(Box<Diagnostic>);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Refused {}

/// The error that carries a diagnostic to where the rendering was asked for.
pub fn refused(diagnostic: Box<Diagnostic>) -> Error {
    Error::new(ErrorKind::InvalidOperation, diagnostic.message.clone())
        .with_source(Refused(diagnostic))
}

/// Macros that would call each other for ever.
pub fn endless_recursion(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("jinja-limit", message).help("let the calls end on a condition")
}

/// What the error of a caller says; what is wrong is said by its source.
const IN_A_MACRO: &str = "in a macro";

/// The error of a macro as its caller has it: with a place of its own, so that both are known.
pub fn in_macro(error: Error) -> Error {
    Error::new(error.kind(), IN_A_MACRO).with_source(error)
}

impl Engine {
    /// What an error of the template engine says to the user.
    pub(super) fn diagnose(&self, text: &Text<'_>, error: &Error, shared: &Shared) -> Diagnostic {
        let file = text.file;
        let chain =
            std::mem::take(&mut *shared.chain.lock().unwrap_or_else(PoisonError::into_inner));
        let mut levels: Vec<&Error> = vec![error];
        let mut carried = None;
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            levels.extend(inner.downcast_ref::<Error>());
            carried = carried.or(inner.downcast_ref::<Refused>());
            source = inner.source();
        }
        let deepest = levels.iter().rev().find(|level| level.line().is_some());
        let (place, in_file) = match deepest {
            Some(level) => self.place(text, level),
            None => (Span::of_line(file, text.line(1)), true),
        };
        let mut diagnostic = match carried {
            Some(Refused(diagnostic)) => *diagnostic.clone(),
            None => self.plain(error, &levels, chain.first().map(AsRef::as_ref), &place),
        };
        if diagnostic.labels.is_empty() {
            diagnostic = diagnostic.at(place, "");
        }
        if let (Some(outer), false, Some(line)) = (chain.last(), in_file, error.line())
            && error.name().is_none_or(|name| name == file.path())
        {
            let call = called(file, text.line(line), &outer.name);
            diagnostic = diagnostic.at(call, "called from here");
        }
        for info in &chain {
            let note = info.note();
            // Macros that call each other are told once.
            if !diagnostic.notes.contains(&note) {
                diagnostic = diagnostic.note(note);
            }
        }
        diagnostic
    }

    /// Macros of projects that cannot be read, whether something calls them or not. Those of other
    /// packages are warned of: what nobody calls does no harm.
    pub(super) fn unreadable_macros(&self) -> Vec<Diagnostic> {
        use rayon::prelude::*;
        let found = self.macros().par_iter().filter(|info| &*info.package != INTERNAL_PACKAGE);
        found
            .filter_map(|info| {
                let error = self.0.environment(Phase::Parse).get_template(&info.unique_id).err()?;
                let text = Text { file: &info.file, range: info.range.clone(), marks: Marks::None };
                let (place, _) = self.place(&text, &error);
                let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
                let mut diagnostic = syntax(&detail, &place).at(place, "");
                if !self.is_root_package(&info.package) {
                    diagnostic.severity = Severity::Warning;
                }
                Some(diagnostic)
            })
            .collect()
    }

    /// Where an error is, and whether that is in the text that was rendered.
    fn place(&self, text: &Text<'_>, error: &Error) -> (Span, bool) {
        let line = error.line().unwrap_or(1);
        let Some(info) = error.name().and_then(|name| self.macro_of(name)) else {
            // Without a name the text could not even be rewritten: places are the source's.
            let marks = error.name().map(|_| text.marks);
            let line = Span::of_line(text.file, text.line(line));
            return (narrowed(&line, &text.range, marks, error.range()), true);
        };
        // A macro is compiled with blank lines before it.
        let blank = info.file.line_column(info.range.start as u32).0 as usize - 1;
        let range = error
            .range()
            .and_then(|range| Some(range.start.checked_sub(blank)?..range.end.checked_sub(blank)?));
        let line = Span::of_line(&info.file, line as u32);
        (narrowed(&line, &info.range, Some(Marks::None), range), false)
    }

    /// An error of the template engine itself.
    fn plain(
        &self,
        error: &Error,
        levels: &[&Error],
        innermost: Option<&MacroInfo>,
        place: &Span,
    ) -> Diagnostic {
        let details = levels.iter().rev().filter_map(|level| level.detail());
        let detail = details.into_iter().find(|detail| *detail != IN_A_MACRO);
        let detail = detail.map_or_else(|| error.kind().to_string(), str::to_owned);
        let code = match error.kind() {
            ErrorKind::SyntaxError => "jinja-syntax",
            ErrorKind::UnknownFunction | ErrorKind::UndefinedError => "jinja-undefined",
            ErrorKind::OutOfFuel => "jinja-limit",
            _ => "jinja-error",
        };
        match (error.kind(), detail.as_str()) {
            (_, "recursion limit exceeded") => {
                endless_recursion("a macro calls itself without end")
            }
            (ErrorKind::UnknownFunction, _) => match detail.strip_suffix(" is unknown") {
                Some(name) => {
                    let known = self.macros().iter().map(|info| info.name.as_str());
                    Diagnostic::error(code, format!("no macro or function is named `{name}`"))
                        .maybe_help(did_you_mean(name, known))
                }
                None => Diagnostic::error(code, detail),
            },
            (ErrorKind::UnknownFilter | ErrorKind::UnknownTest, _) => {
                let (what, name) = detail.split_once(' ').unwrap_or(("name", &detail));
                let name = name.trim_end_matches(" is unknown");
                let known = match error.kind() {
                    ErrorKind::UnknownFilter => &FILTERS[..],
                    _ => &TESTS[..],
                };
                let article = if what == "test" { "Jinja test" } else { what };
                Diagnostic::error("jinja-undefined", format!("no {article} is named `{name}`"))
                    .maybe_help(did_you_mean(name, known.iter().copied()))
            }
            (ErrorKind::SyntaxError, _) => syntax(&detail, place),
            (ErrorKind::TooManyArguments | ErrorKind::MissingArgument, _) => {
                let diagnostic = Diagnostic::error(code, detail);
                diagnostic.maybe_help(innermost.map(|info| format!("it is `{}`", info.signature())))
            }
            _ => Diagnostic::error(code, detail),
        }
    }
}

/// A text that is rendered.
pub(super) struct Text<'t> {
    /// Its file.
    pub file: &'t Arc<SourceFile>,
    /// Its part of the file.
    pub range: Range<usize>,
    /// The marks it was rewritten with.
    pub marks: Marks,
}

impl Text<'_> {
    /// The line of the file of a line of the text.
    fn line(&self, line: usize) -> u32 {
        self.file.line_column(self.range.start as u32).0 + line.max(1) as u32 - 1
    }
}

/// The part of a line that the engine names: `found` is a range of the text that `part` of the file
/// was rewritten to (with `marks`; without, of the part itself).
fn narrowed(
    line: &Span,
    part: &Range<usize>,
    marks: Option<Marks>,
    found: Option<Range<usize>>,
) -> Span {
    let narrow = || {
        let source = line.file.text().get(part.clone())?;
        let range = match marks {
            Some(marks) => original_range(source, part.start, marks, found?)?,
            None => found?,
        };
        let (start, end) = (part.start + range.start, part.start + range.end);
        let own = line.start as usize..line.end as usize;
        let is_inside = own.contains(&start) && line.file.text().is_char_boundary(start);
        let end = end.min(own.end);
        (is_inside && start < end).then(|| Span::new(&line.file, start..end))
    };
    narrow().unwrap_or_else(|| line.clone())
}

/// A template that cannot be read, in words of Jinja's blocks.
pub(super) fn syntax(detail: &str, place: &Span) -> Diagnostic {
    let code = "jinja-syntax";
    let text = &place.file.text()[place.start as usize..place.end as usize];
    let opened = text.trim_start_matches(['{', '%', '-', '+', ' ']);
    let keyword = opened.split(|c: char| !(c.is_alphanumeric() || c == '_')).next();
    if let Some(name) = detail.strip_prefix("unknown statement ") {
        let diagnostic = match name.strip_prefix("end") {
            Some(block) if BLOCKS.contains(&block) => {
                Diagnostic::error(code, format!("`{name}` closes no block that is open here"))
                    .help(format!("open it with `{{% {block} … %}}`, or close what is open first"))
            }
            _ => Diagnostic::error(code, format!("no statement is named `{name}`"))
                .maybe_help(did_you_mean(name, BLOCKS.into_iter().chain(["set", "do", "include"]))),
        };
        return match name {
            "snapshot" | "docs" | "macro" | "test" | "materialization" => {
                diagnostic.help(format!("`{name}` blocks stand in files of their own kind"))
            }
            _ => diagnostic,
        };
    }
    match keyword {
        Some(block) if detail.starts_with("unexpected end of input") && BLOCKS.contains(&block) => {
            Diagnostic::error(code, format!("`{block}` is never closed"))
                .help(format!("close it with `{{% end{block} %}}`"))
        }
        _ => {
            let (message, help) = match detail {
                "unexpected end of comment" => {
                    ("a comment is never closed", Some("close it with `#}`"))
                }
                "unexpected end of string" => {
                    ("a quoted text is never closed", Some("close it with the quote it opens with"))
                }
                "unexpected end of raw block" => {
                    ("`raw` is never closed", Some("close it with `{% endraw %}`"))
                }
                other if other.ends_with("expected end of variable block") => {
                    (other, Some("an expression is closed with `}}`"))
                }
                other => (other, None),
            };
            Diagnostic::error(code, message).maybe_help(help.map(str::to_owned))
        }
    }
}

/// Where a line calls a macro: the macro's name there, else the line.
fn called(file: &Arc<SourceFile>, line: u32, name: &str) -> Span {
    let whole = Span::of_line(file, line);
    let text = &file.text()[whole.start as usize..whole.end as usize];
    match text.find(name) {
        Some(at) => {
            let start = whole.start as usize + at;
            Span::new(file, start..start + name.len())
        }
        None => whole,
    }
}
