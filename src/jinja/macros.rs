//! Finds macros, tests, materializations and other blocks in files, without rendering.

use std::{ops::Range, sync::Arc};

use minijinja::machinery::{Span as TokenSpan, Token};

use crate::diagnostic::{Diagnostic, Parsed, SourceFile, Span};

/// What a macro block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacroKind {
    /// `{% macro %}`
    Macro,
    /// `{% test %}` or `{% data_test %}`
    Test,
    /// `{% materialization %}`
    Materialization,
}

/// A call in a macro's text that may be one of a macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MacroCall {
    /// `name(…)`
    Plain(String),
    /// `package.name(…)`
    Of(String, String),
    /// `adapter.dispatch('name', 'namespace')`
    Dispatch(String, Option<String>),
}

/// A macro of a project, a package or of `elt` itself.
#[derive(Clone, Debug)]
pub struct MacroInfo {
    /// `macro.<package>.<name>`.
    pub unique_id: Arc<str>,
    /// The name: for tests `test_<name>`, for materializations `materialization_<name>_<adapter>`.
    pub name: String,
    /// The package.
    pub package: Arc<str>,
    /// The file.
    pub file: Arc<SourceFile>,
    /// The whole block.
    pub range: Range<usize>,
    /// What it is.
    pub kind: MacroKind,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// How many of them, the first ones, have no default.
    pub required: usize,
    /// What it calls, unresolved.
    pub calls: Vec<MacroCall>,
    /// Whether its body names `varargs` and `kwargs`.
    pub hidden: [bool; 2],
}

impl MacroInfo {
    /// Its name with its parameters; those with a default end in `=…`.
    pub fn signature(&self) -> String {
        let parameters = self.parameters.iter().enumerate();
        let parameters: Vec<String> = parameters
            .map(|(at, name)| if at < self.required { name.clone() } else { format!("{name}=…") })
            .collect();
        format!("{}({})", self.name, parameters.join(", "))
    }

    /// What a message says of something that came out of it.
    pub fn note(&self) -> String {
        let line = self.file.line_column(self.range.start as u32).0;
        format!("in macro `{}.{}` ({}:{line})", self.package, self.name, self.file.path())
    }

    /// The block's text.
    pub fn text(&self) -> &str {
        &self.file.text()[self.range.clone()]
    }
}

/// A named block such as `{% snapshot orders %}…{% endsnapshot %}`.
#[derive(Clone, Debug)]
pub struct Block {
    /// The block's name.
    pub name: String,
    /// Where the name is.
    pub name_span: Span,
    /// What is inside.
    pub body: Range<usize>,
}

type Tokens<'a> = Vec<(Token<'a>, TokenSpan)>;

/// The tokens of a file, or a diagnostic where Jinja cannot read it.
pub fn tokens(file: &Arc<SourceFile>) -> Result<Tokens<'_>, Box<Diagnostic>> {
    minijinja::machinery::tokenize(file.text(), false, Default::default())
        .collect::<Result<Tokens<'_>, _>>()
        .map_err(|error| Box::new(syntax_diagnostic(file, &error, 0)))
}

/// Whether the template uses a name, in an expression or a block; attributes of that name are others.
/// A template that cannot be read uses anything.
pub fn mentions(template: &str, name: &str) -> bool {
    let mut after_dot = false;
    for token in minijinja::machinery::tokenize(template, false, Default::default()) {
        match token {
            Ok((Token::Ident(found), _)) if found == name && !after_dot => return true,
            Ok((token, _)) => after_dot = matches!(token, Token::Dot),
            Err(_) => return true,
        }
    }
    false
}

/// A syntax error of the template engine at the user's place.
pub fn syntax_diagnostic(
    file: &Arc<SourceFile>,
    error: &minijinja::Error,
    lines_before: u32,
) -> Diagnostic {
    let line = error.line().unwrap_or(1) as u32 + lines_before;
    let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    Diagnostic::error("jinja-syntax", format!("the template cannot be read: {message}"))
        .at(Span::of_line(file, line), "")
}

/// Every macro block of a file.
pub fn find_macros(package: &Arc<str>, file: &Arc<SourceFile>) -> Parsed<Vec<MacroInfo>> {
    let mut found = Vec::new();
    let mut diagnostics = Vec::new();
    if !file.text().contains("{%") {
        return Parsed { value: found, diagnostics };
    }
    let tokens = match tokens(file) {
        Ok(tokens) => tokens,
        Err(problem) => return Parsed { value: found, diagnostics: vec![*problem] },
    };
    let mut open: Option<(MacroInfo, &'static str)> = None;
    let mut at = 0;
    while at < tokens.len() {
        if !matches!(tokens[at].0, Token::BlockStart) {
            if let (Some((info, _)), Token::Ident(name)) = (&mut open, &tokens[at].0) {
                note_ident(info, name, &tokens, at);
            }
            at += 1;
            continue;
        }
        let Some((Token::Ident(keyword), _)) = tokens.get(at + 1) else {
            at += 1;
            continue;
        };
        let keyword = *keyword;
        if let Some((info, end)) = &mut open {
            if keyword == *end {
                let close = tokens[at..]
                    .iter()
                    .find(|(token, _)| matches!(token, Token::BlockEnd))
                    .map_or(file.text().len(), |(_, span)| span.end_offset as usize);
                info.range.end = close;
                found.extend(open.take().map(|(info, _)| info));
            }
            at += 1;
            continue;
        }
        let (kind, end) = match keyword {
            "macro" => (MacroKind::Macro, "endmacro"),
            "test" => (MacroKind::Test, "endtest"),
            "data_test" => (MacroKind::Test, "enddata_test"),
            "materialization" => (MacroKind::Materialization, "endmaterialization"),
            _ => {
                at += 1;
                continue;
            }
        };
        let tag_end = tokens[at..]
            .iter()
            .position(|(token, _)| matches!(token, Token::BlockEnd))
            .map_or(tokens.len(), |length| at + length);
        let inside = &tokens[at + 1..tag_end];
        let Some((Token::Ident(name), _)) = inside.get(1) else {
            diagnostics.push(
                Diagnostic::error("jinja-syntax", format!("expected a name after `{keyword}`"))
                    .at(Span::of_line(file, u32::from(tokens[at].1.start_line)), ""),
            );
            at = tag_end;
            continue;
        };
        let name = match kind {
            MacroKind::Macro => (*name).to_owned(),
            MacroKind::Test => format!("test_{name}"),
            MacroKind::Materialization => super::rewrite::materialization_name(inside)
                .unwrap_or_else(|| format!("materialization_{name}_default")),
        };
        let start = tokens[at].1.start_offset as usize;
        let info = MacroInfo {
            unique_id: Arc::from(format!("macro.{package}.{name}")),
            name,
            package: Arc::clone(package),
            file: Arc::clone(file),
            range: start..file.text().len(),
            kind,
            parameters: parameters(inside),
            required: required(inside),
            calls: Vec::new(),
            hidden: [false; 2],
        };
        open = Some((info, end));
        at = tag_end;
    }
    if let Some((info, end)) = open {
        let line = file.line_column(info.range.start as u32).0;
        diagnostics.push(
            Diagnostic::error("jinja-syntax", format!("`{}` is never closed", info.name))
                .at(Span::of_line(file, line), format!("expected `{{% {end} %}}` after this")),
        );
    }
    Parsed { value: found, diagnostics }
}

fn note_ident(info: &mut MacroInfo, name: &str, tokens: &[(Token<'_>, TokenSpan)], at: usize) {
    match name {
        "varargs" => info.hidden[0] = true,
        "kwargs" => info.hidden[1] = true,
        _ => {}
    }
    let token = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|(token, _)| token);
    if !matches!(token(Some(at + 1)), Some(Token::ParenOpen)) {
        return;
    }
    let call = match (token(at.checked_sub(1)), token(at.checked_sub(2))) {
        (Some(Token::Dot), Some(Token::Ident("adapter"))) if name == "dispatch" => {
            let Some(call) = dispatched(&tokens[at + 2..]) else { return };
            call
        }
        (Some(Token::Dot), Some(Token::Ident(package))) => {
            // A method of what a longer path gives is no macro.
            if matches!(token(at.checked_sub(3)), Some(Token::Dot)) {
                return;
            }
            MacroCall::Of((*package).to_owned(), name.to_owned())
        }
        (Some(Token::Dot), _) => return,
        _ => MacroCall::Plain(name.to_owned()),
    };
    if !info.calls.contains(&call) {
        info.calls.push(call);
    }
}

/// What `adapter.dispatch(…)` names, where it is written out: what follows the bracket.
fn dispatched(inside: &[(Token<'_>, TokenSpan)]) -> Option<MacroCall> {
    let text = |at: usize| match inside.get(at).map(|(token, _)| token) {
        Some(Token::Str(text)) => Some((*text).to_owned()),
        Some(Token::String(text)) => Some(text.to_string()),
        _ => None,
    };
    let is_ident = |at: usize, name: &str| matches!(inside.get(at), Some((Token::Ident(found), _)) if *found == name);
    let first = if is_ident(0, "macro_name") { 2 } else { 0 };
    let second = first + 2;
    let namespace = match is_ident(second, "macro_namespace") {
        true => text(second + 2),
        false => text(second),
    };
    Some(MacroCall::Dispatch(text(first)?, namespace))
}

/// How many parameters come before the first with a default.
fn required(inside: &[(Token<'_>, TokenSpan)]) -> usize {
    let mut depth = 0usize;
    let mut last = None;
    for (at, (token, _)) in inside.iter().enumerate() {
        match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => depth += 1,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                depth = depth.saturating_sub(1);
            }
            Token::Assign if depth == 1 => {
                last = Some(at);
                break;
            }
            _ => {}
        }
    }
    match last {
        // The tokens up to the name that the default is of.
        Some(at) => parameters(&inside[..at.saturating_sub(1)]).len(),
        None => parameters(inside).len(),
    }
}

fn parameters(inside: &[(Token<'_>, TokenSpan)]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0usize;
    let mut expects_name = false;
    for (token, _) in inside {
        match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => {
                depth += 1;
                expects_name = depth == 1;
            }
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                depth = depth.saturating_sub(1);
            }
            Token::Comma if depth == 1 => expects_name = true,
            Token::Ident(name) if expects_name => {
                names.push((*name).to_owned());
                expects_name = false;
            }
            _ => expects_name = false,
        }
    }
    names
}

/// The blocks of one kind (`snapshot`, `docs`) in a file; their bodies are not read.
pub fn find_blocks(file: &Arc<SourceFile>, kind: &str) -> Parsed<Vec<Block>> {
    let text = file.text();
    let mut blocks = Vec::new();
    let mut diagnostics = Vec::new();
    let tag = |keyword: &str, from: usize| -> Option<(Range<usize>, Range<usize>)> {
        let mut at = from;
        while let Some(open) = text[at..].find("{%").map(|found| at + found) {
            let close = text[open..].find("%}").map(|found| open + found + 2)?;
            let inner = text[open + 2..close - 2].trim_start_matches(['-', '+']);
            let inner_start = close - 2 - inner.len();
            let trimmed = inner.trim_start();
            let word_start = inner_start + (inner.len() - trimmed.len());
            if let Some(rest) = trimmed.strip_prefix(keyword)
                && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            {
                let rest_start = word_start + keyword.len();
                return Some((open..close, rest_start..close - 2));
            }
            at = open + 2;
        }
        None
    };
    let mut at = 0;
    while let Some((open, rest)) = tag(kind, at) {
        let written = text[rest.clone()].trim().trim_end_matches('-').trim();
        let line = file.line_column(open.start as u32).0;
        let Some((end, _)) = tag(&format!("end{kind}"), open.end) else {
            diagnostics.push(
                Diagnostic::error("jinja-syntax", format!("`{kind} {written}` is never closed"))
                    .at(
                        Span::of_line(file, line),
                        format!("expected `{{% end{kind} %}}` after this"),
                    ),
            );
            break;
        };
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        if written.is_empty() || !written.chars().all(is_name) {
            diagnostics.push(
                Diagnostic::error("jinja-syntax", format!("expected a name after `{kind}`"))
                    .at(Span::of_line(file, line), ""),
            );
        } else {
            let offset = text[rest.clone()].find(written).unwrap_or(0);
            let name_start = rest.start + offset;
            blocks.push(Block {
                name: written.to_owned(),
                name_span: Span::new(file, name_start..name_start + written.len()),
                body: open.end..end.start,
            });
        }
        at = end.end;
    }
    Parsed { value: blocks, diagnostics }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_of_macros_of_packages_and_of_what_is_dispatched() {
        let text = "{% macro m(x) %}{{ own(1) }}{{ utils.star(x) }}{{ x.replace('a', 'b') }}\
                    {{ modules.datetime.now() }}{{ adapter.dispatch('to', 'utils')(x) }}\
                    {{ adapter.dispatch(macro_name='of', macro_namespace='more')() }}\
                    {{ adapter.dispatch('alone')(x) }}{{ adapter.dispatch(x)() }}\
                    {{ [1].append(2) }}{% endmacro %}";
        let file = SourceFile::new("macros/m.sql", text);
        let found = find_macros(&Arc::from("shop"), &file);
        let of = |package: &str, name: &str| MacroCall::Of(package.to_owned(), name.to_owned());
        let dispatch = |name: &str, namespace: Option<&str>| {
            MacroCall::Dispatch(name.to_owned(), namespace.map(str::to_owned))
        };
        assert_eq!(
            found.value[0].calls,
            [
                MacroCall::Plain("own".to_owned()),
                of("utils", "star"),
                of("x", "replace"),
                dispatch("to", Some("utils")),
                dispatch("of", Some("more")),
                dispatch("alone", None),
            ]
        );
    }
}
