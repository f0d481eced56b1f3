//! The selector language as typed on the command line.

use std::sync::Arc;

use super::spec::{Criterion, Depth, IndirectSelection, Method, SetOperation, Spec};
use crate::diagnostic::{Diagnostic, SourceFile, Span};

/// Reads `--select` or `--exclude`: parts with blanks between are joined, parts with commas between
/// are intersected. With `warn_if_empty`, a word that matches nothing is worth a warning.
pub fn parse_union(
    option: &str,
    texts: &[String],
    indirect: IndirectSelection,
    warn_if_empty: bool,
) -> Result<Spec, Vec<Diagnostic>> {
    let mut parts = Vec::new();
    let mut diagnostics = Vec::new();
    // The shell hands over the words one by one; they are shown as they were typed.
    let text = texts.join(" ");
    let source = SourceFile::new(option, text.as_str());
    for (at, word) in words(&text) {
        match parse_intersection(&source, at, word, indirect, warn_if_empty) {
            Ok(spec) => parts.push(spec),
            Err(found) => diagnostics.extend(found),
        }
    }
    if diagnostics.is_empty() {
        Ok(Spec::Group { operation: SetOperation::Union, parts, indirect, warn_if_empty: None })
    } else {
        Err(diagnostics)
    }
}

/// The words of a text with their byte offsets.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

fn parse_intersection(
    source: &Arc<SourceFile>,
    at: usize,
    word: &str,
    indirect: IndirectSelection,
    warn_if_empty: bool,
) -> Result<Spec, Vec<Diagnostic>> {
    let mut parts = Vec::new();
    let mut diagnostics = Vec::new();
    let mut offset = at;
    for part in word.split(',') {
        let span = Span::new(source, offset..offset + part.len());
        if part.is_empty() && word.len() > 1 {
            let comma = Span::new(source, at..at + word.len());
            diagnostics.push(
                Diagnostic::error("empty-selector", "nothing stands on one side of a comma here")
                    .at(comma, "")
                    .help("write intersections without blanks: `tag:daily,path:models/gold`"),
            );
        } else {
            match parse_criterion(part, span, indirect) {
                Ok(criterion) => parts.push(Spec::Criterion(Box::new(criterion))),
                Err(found) => diagnostics.push(*found),
            }
        }
        offset += part.len() + 1;
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let operation = SetOperation::Intersection;
    Ok(Spec::Group {
        operation,
        parts,
        indirect,
        warn_if_empty: warn_if_empty.then(|| Span::new(source, at..at + word.len())),
    })
}

/// Reads one criterion: `[@][[n]+][method[.argument…]:]value[+[n]]`.
pub fn parse_criterion(
    text: &str,
    span: Span,
    indirect: IndirectSelection,
) -> Result<Criterion, Box<Diagnostic>> {
    let part = |range: std::ops::Range<usize>| {
        let start = span.start as usize;
        Span::new(&span.file, start + range.start..start + range.end)
    };
    let (mut start, mut end) = (0, text.len());
    let childrens_parents = text.starts_with('@');
    if childrens_parents {
        start = 1;
    }
    let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
    let mut parents = None;
    if text[start + digits..].starts_with('+') {
        parents = Some(depth(&text[start..start + digits], part(start..start + digits))?);
        start += digits + 1;
    }
    let mut children = None;
    if let Some(plus) = text[start..].rfind('+').map(|at| at + start)
        && text[plus + 1..].bytes().all(|byte| byte.is_ascii_digit())
    {
        children = Some(depth(&text[plus + 1..], part(plus + 1..end))?);
        end = plus;
    }
    if childrens_parents && children.is_some() {
        return Err(Box::new(
            Diagnostic::error("invalid-selector", "`@` before and `+` after cannot be combined")
                .at(span, "")
                .help("`@` takes all descendants already: remove the `+`"),
        ));
    }
    let (method, arguments, value) = match split_method(&text[start..end]) {
        Some((name, value)) => {
            let (method, arguments) = parse_method(name, part(start..start + name.len()))?;
            (method, arguments, value)
        }
        None => (default_method(&text[start..end]), Vec::new(), &text[start..end]),
    };
    if value.is_empty() {
        return Err(Box::new(
            Diagnostic::error("empty-selector", format!("`{text}` selects nothing: no value"))
                .at(span, "")
                .help("name a node, or give the method a value: `tag:daily`"),
        ));
    }
    let value_span = part(end - value.len()..end);
    let value = value.to_owned();
    let raw = text.to_owned();
    Ok(Criterion {
        raw,
        span,
        method,
        arguments,
        value,
        value_span,
        childrens_parents,
        parents,
        children,
        indirect,
    })
}

/// Reads a method with what follows it after dots.
pub fn parse_method(name: &str, span: Span) -> Result<(Method, Vec<String>), Box<Diagnostic>> {
    let mut names = name.split('.');
    let head = names.next().unwrap_or_default();
    let start = span.start as usize;
    let method = Method::from_name(head, Span::new(&span.file, start..start + head.len()))?;
    let arguments: Vec<String> = names.map(str::to_owned).collect();
    if method == Method::Config && (arguments.is_empty() || arguments.iter().any(String::is_empty))
    {
        return Err(Box::new(
            Diagnostic::error("invalid-selector", "`config` needs the key to compare")
                .at(span, "")
                .help("write the key after a dot: `config.materialized:incremental`"),
        ));
    }
    Ok((method, arguments))
}

fn depth(digits: &str, span: Span) -> Result<Depth, Box<Diagnostic>> {
    if digits.is_empty() {
        return Ok(Depth::All);
    }
    digits.parse().map(Depth::Steps).map_err(|_| {
        Box::new(
            Diagnostic::error("invalid-selector", format!("`{digits}` steps are too many"))
                .at(span, "")
                .help("leave the number out to go all the way"),
        )
    })
}

/// The method and the value, where the text starts with a word and a colon.
fn split_method(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once(':')?;
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    (!name.is_empty() && name.chars().all(word)).then_some((name, value))
}

/// What a value without a method means: a path, a file, or a name.
fn default_method(value: &str) -> Method {
    let folded = value.to_lowercase();
    if value.contains('/') || (cfg!(windows) && value.contains('\\')) {
        Method::Path
    } else if [".sql", ".py", ".csv"].iter().any(|ending| folded.ends_with(ending)) {
        Method::File
    } else {
        Method::Fqn
    }
}
