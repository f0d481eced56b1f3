//! Turns dbt's Jinja into stock minijinja, token by token. Lines never move.
//!
//! - `test`, `data_test` and `materialization` blocks become macros;
//! - list and dict literals become our mutable objects;
//! - `do` takes any expression; a colon before the end of a tag is dropped;
//! - arithmetic and slices become calls: they are of lists, sets, times and formats too;
//! - `ref()` and `source()` learn where they are called;
//! - defaults that name an earlier parameter move into the body;
//! - macros whose body names `varargs` or `kwargs` get them as hidden parameters;
//! - optionally, marks with line numbers go into the text of the top level (the source map).

use std::ops::Range;

use minijinja::machinery::{Span, Token};

/// Opens a line mark: a private-use character that no SQL holds.
pub const MARK_OPEN: char = '\u{F8A0}';
/// Closes a line mark.
pub const MARK_CLOSE: char = '\u{F8A1}';
/// What a mark of a text begins with; behind it is where it is in the file.
pub const TEXT_MARK: char = 't';
/// What a mark of an expression begins with; behind it is where it begins and ends in the file.
pub const EXPRESSION_MARK: char = 'e';
/// What a mark of a macro begins with; behind it is its number.
pub const MACRO_MARK: char = 'm';
/// What a mark of a macro's end is.
pub const MACRO_END: char = '/';

/// What to do besides the rewriting that always happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// No source map.
    None,
    /// Mark the lines of the top level.
    Lines,
    /// Mark the text and the expressions of the top level, to the word; and what comes out of macros,
    /// where that is wanted.
    Words {
        /// Whether what comes out of macros is marked too.
        macros: bool,
    },
}

/// A replacement of a part of the source; an insertion where the part is empty.
pub struct Edit {
    /// Where the part starts.
    pub at: usize,
    /// Where it ends.
    pub until: usize,
    /// What comes in its place.
    pub text: String,
    /// Which insertion at one place comes first: the outer opening before the inner one, the outer
    /// closing after the inner one.
    pub order: i8,
}

/// The rewritten template, or the byte offset and the message of what cannot be read. `base` is where
/// it starts in its file.
pub fn rewrite(source: &str, base: usize, marks: Marks) -> Result<String, minijinja::Error> {
    if !source.contains('{') && marks == Marks::None {
        return Ok(source.to_owned());
    }
    Ok(apply(source, edits(source, base, marks)?))
}

/// Where a range of the rewritten template is in the source: what the engine says of places, in the
/// user's terms.
pub fn original_range(
    source: &str,
    base: usize,
    marks: Marks,
    rewritten: Range<usize>,
) -> Option<Range<usize>> {
    let mut edits = edits(source, base, marks).ok()?;
    sort(&mut edits);
    let start = original_offset(&edits, rewritten.start);
    let end = original_offset(&edits, rewritten.end);
    (end <= source.len()).then(|| start..end.max(start))
}

/// The offset in the source of an offset in the text that sorted edits make of it.
fn original_offset(edits: &[Edit], wanted: usize) -> usize {
    // How much of both texts is behind us.
    let (mut read, mut written) = (0, 0);
    for edit in edits {
        if edit.at < read {
            continue;
        }
        if wanted < written + (edit.at - read) {
            break;
        }
        written += edit.at - read;
        read = edit.until;
        if wanted < written + edit.text.len() {
            return edit.at;
        }
        written += edit.text.len();
    }
    read + (wanted - written)
}

/// What is to be changed in a template.
fn edits(source: &str, base: usize, marks: Marks) -> Result<Vec<Edit>, minijinja::Error> {
    let mut tokens = Vec::new();
    for token in minijinja::machinery::tokenize(source, false, Default::default()) {
        tokens.push(token?);
    }
    let mut edits = Vec::new();
    let mut depth = 0usize;
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at].0 {
            Token::TemplateData(data) => {
                if marks != Marks::None && depth == 0 {
                    mark_lines(source, data, (base, marks), &mut edits);
                }
                at += 1;
            }
            Token::VariableStart | Token::BlockStart => {
                let block = matches!(tokens[at].0, Token::BlockStart);
                let end = tokens[at..]
                    .iter()
                    .position(|(token, _)| matches!(token, Token::VariableEnd | Token::BlockEnd))
                    .map_or(tokens.len(), |length| at + length);
                let inside = &tokens[at + 1..end];
                let opening = start(&tokens[at].1);
                // Literals first: what a tag appends goes after a literal that ends there.
                super::rewrite_references::place_references(inside, base, &mut edits);
                rewrite_expressions(inside, block, &mut edits);
                if block {
                    rewrite_tag(source, inside, &tokens, end, &mut depth, &mut edits);
                } else if marks != Marks::None && depth == 0 {
                    let delimiter_end = end_of(&tokens[at].1);
                    let closing = tokens.get(end).map_or(source.len(), |token| end_of(&token.1));
                    let mark = match marks {
                        Marks::Words { .. } => expression_mark(base + opening..base + closing),
                        _ => mark(u32::from(tokens[at].1.start_line)),
                    };
                    edits.push(Edit {
                        at: opening,
                        until: delimiter_end,
                        text: format!("{} \"{mark}\" }}}}{{{{", &source[opening..delimiter_end]),
                        order: 0,
                    });
                }
                at = end + 1;
            }
            _ => at += 1,
        }
    }
    Ok(edits)
}

/// The mark of a line.
fn mark(line: u32) -> String {
    format!("{MARK_OPEN}{line}{MARK_CLOSE}")
}

/// The mark of a text at a place of its file.
fn text_mark(at: usize) -> String {
    format!("{MARK_OPEN}{TEXT_MARK}{at}{MARK_CLOSE}")
}

/// The mark of an expression at a place of its file.
fn expression_mark(range: Range<usize>) -> String {
    format!("{MARK_OPEN}{EXPRESSION_MARK}{}-{}{MARK_CLOSE}", range.start, range.end)
}

/// Text that came out of a macro, between marks.
pub fn in_macro_marks(text: &str, number: usize) -> String {
    format!("{MARK_OPEN}{MACRO_MARK}{number}{MARK_CLOSE}{text}{MARK_OPEN}{MACRO_END}{MARK_CLOSE}")
}

/// Where a token starts.
pub fn start(span: &Span) -> usize {
    span.start_offset as usize
}

/// Where a token ends.
pub fn end_of(span: &Span) -> usize {
    span.end_offset as usize
}

fn sort(edits: &mut [Edit]) {
    // Stable: insertions at one place keep the order they were made in.
    edits.sort_by_key(|edit| (edit.at, edit.until, edit.order));
}

/// The source with its edits.
pub fn apply(source: &str, mut edits: Vec<Edit>) -> String {
    sort(&mut edits);
    let mut out = String::with_capacity(source.len() + edits.len() * 12);
    let mut done = 0;
    for edit in edits {
        if edit.at < done {
            continue;
        }
        out.push_str(&source[done..edit.at]);
        out.push_str(&edit.text);
        done = edit.until;
    }
    out.push_str(&source[done..]);
    out
}

/// Marks each line of a piece of template text before its first visible character, so that
/// whitespace control at the text's edges works as before.
fn mark_lines(source: &str, data: &str, (base, marks): (usize, Marks), edits: &mut Vec<Edit>) {
    let offset = data.as_ptr() as usize - source.as_ptr() as usize;
    let first = source[..offset].bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
    let mut at = offset;
    for (line, text) in (first..).zip(data.split_inclusive('\n')) {
        let indent = text.len() - text.trim_start().len();
        if indent < text.len() {
            let text = match marks {
                Marks::Words { .. } => text_mark(base + at + indent),
                _ => mark(line),
            };
            edits.push(Edit { at: at + indent, until: at + indent, text, order: 0 });
        }
        at += text.len();
    }
}

fn rewrite_tag(
    source: &str,
    inside: &[(Token<'_>, Span)],
    all: &[(Token<'_>, Span)],
    end: usize,
    depth: &mut usize,
    edits: &mut Vec<Edit>,
) {
    let Some((Token::Ident(keyword), span)) = inside.first() else { return };
    let replace = |edits: &mut Vec<Edit>, text: String| {
        edits.push(Edit { at: start(span), until: end_of(span), text, order: 0 });
    };
    match *keyword {
        "test" | "data_test" | "macro" => {
            *depth += 1;
            if *keyword != "macro"
                && let Some((Token::Ident(_), name)) = inside.get(1)
            {
                replace(edits, "macro".to_owned());
                edits.push(Edit {
                    at: start(name),
                    until: start(name),
                    text: "test_".into(),
                    order: 0,
                });
            }
            hidden_parameters(inside, all, end, edits);
            if let Some(tag_end) = all.get(end) {
                super::rewrite_defaults::move_defaults(source, inside, tag_end, edits);
            }
        }
        "materialization" => {
            *depth += 1;
            if let (Some((_, last)), Some(name)) = (inside.last(), materialization_name(inside)) {
                edits.retain(|edit| edit.at < start(span));
                edits.push(Edit {
                    at: start(span),
                    until: end_of(last),
                    text: format!("macro {name}()"),
                    order: 0,
                });
            }
        }
        "endtest" | "enddata_test" | "endmaterialization" => {
            *depth = depth.saturating_sub(1);
            replace(edits, "endmacro".to_owned());
        }
        "endmacro" | "endcall" | "endset" | "endfilter" => *depth = depth.saturating_sub(1),
        "call" | "filter" => *depth += 1,
        "set" if !inside.iter().any(|(token, _)| matches!(token, Token::Assign)) => *depth += 1,
        "do" => replace(edits, "set __do =".to_owned()),
        _ => {}
    }
    if let Some((Token::Colon, colon)) = inside.last() {
        edits.push(Edit { at: start(colon), until: end_of(colon), text: " ".to_owned(), order: 0 });
    }
}

/// `materialization view, adapter='bigquery'` → `materialization_view_bigquery`.
pub fn materialization_name(inside: &[(Token<'_>, Span)]) -> Option<String> {
    let Token::Ident(name) = inside.get(1)?.0 else { return None };
    let mut adapter = "default".to_owned();
    for window in inside.windows(3) {
        if let [(Token::Ident("adapter"), _), (Token::Assign, _), (value, _)] = window {
            adapter = match value {
                Token::Str(text) => (*text).to_owned(),
                Token::String(text) => text.to_string(),
                _ => adapter,
            };
        }
    }
    Some(format!("materialization_{name}_{adapter}"))
}

/// Gives a macro whose body names `varargs` or `kwargs` parameters of those names.
fn hidden_parameters(
    inside: &[(Token<'_>, Span)],
    all: &[(Token<'_>, Span)],
    end: usize,
    edits: &mut Vec<Edit>,
) {
    let mut nested = 1usize;
    let mut wanted = [false, false];
    let mut previous_block = false;
    for (token, _) in &all[(end + 1).min(all.len())..] {
        if let Token::Ident(name) = token {
            match *name {
                "macro" | "test" | "data_test" if previous_block => nested += 1,
                "endmacro" | "endtest" | "enddata_test" if previous_block => {
                    nested -= 1;
                    if nested == 0 {
                        break;
                    }
                }
                "varargs" => wanted[0] = true,
                "kwargs" => wanted[1] = true,
                _ => {}
            }
        }
        previous_block = matches!(token, Token::BlockStart);
    }
    let Some((Token::ParenClose, close)) =
        inside.iter().rev().find(|(token, _)| matches!(token, Token::ParenClose))
    else {
        return;
    };
    let empty = inside.len() >= 2
        && matches!(inside.get(inside.len().saturating_sub(2)), Some((Token::ParenOpen, _)));
    let declared = |name: &str| {
        inside.iter().any(|(token, _)| matches!(token, Token::Ident(known) if *known == name))
    };
    let mut text = String::new();
    for (name, wanted) in ["varargs", "kwargs"].into_iter().zip(wanted) {
        if wanted && !declared(name) {
            if !(empty && text.is_empty()) {
                text.push_str(", ");
            }
            text.push_str(name);
            text.push_str("=none");
        }
    }
    if !text.is_empty() {
        edits.push(Edit { at: start(close), until: start(close), text, order: 2 });
    }
}

/// Whether a token ends an operand, so that a bracket after it is a subscript.
pub fn ends_operand(token: &Token<'_>) -> bool {
    match token {
        Token::Ident(name) => !matches!(
            *name,
            "in" | "and" | "or" | "not" | "if" | "else" | "elif" | "is" | "set" | "do" | "for"
        ),
        Token::Str(_)
        | Token::String(_)
        | Token::Int(_)
        | Token::Int128(_)
        | Token::Float(_)
        | Token::ParenClose
        | Token::BracketClose
        | Token::BraceClose => true,
        _ => false,
    }
}

/// Literals become objects, slices and arithmetic become calls.
pub fn rewrite_expressions(
    inside: &[(Token<'_>, Span)],
    is_statement: bool,
    edits: &mut Vec<Edit>,
) {
    super::rewrite_arithmetic::rewrite_arithmetic(inside, is_statement, edits);
    super::rewrite_slices::rewrite_slices(inside, edits);
    rewrite_literals(inside, edits);
}

/// List and dict literals become our mutable objects.
fn rewrite_literals(inside: &[(Token<'_>, Span)], edits: &mut Vec<Edit>) {
    let mut open: Vec<bool> = Vec::new();
    for (at, (token, span)) in inside.iter().enumerate() {
        let after_operand = at > 0 && ends_operand(&inside[at - 1].0);
        match token {
            Token::BracketOpen | Token::BraceOpen => {
                let literal = matches!(token, Token::BraceOpen) || !after_operand;
                open.push(literal);
                if literal {
                    let name = if matches!(token, Token::BraceOpen) { "__dict" } else { "__list" };
                    edits.push(Edit {
                        at: start(span),
                        until: start(span),
                        text: format!("{name}("),
                        order: 0,
                    });
                }
            }
            Token::BracketClose | Token::BraceClose => {
                let wrapped = open.pop() == Some(true);
                if wrapped {
                    edits.push(Edit {
                        at: end_of(span),
                        until: end_of(span),
                        text: ")".to_owned(),
                        order: 0,
                    });
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(source: &str) -> String {
        rewrite(source, 0, Marks::None).expect("readable template")
    }

    #[test]
    fn tests_become_macros() {
        assert_eq!(
            plain("{% test positive(model, column_name) %}x{% endtest %}"),
            "{% macro test_positive(model, column_name) %}x{% endmacro %}"
        );
    }

    #[test]
    fn places_of_the_rewritten_text_are_found_in_the_source() {
        let source = "select\n  {{ ref('a') }}, {{ [1].nothing }}";
        let rewritten = rewrite(source, 0, Marks::Lines).expect("readable template");
        for (inside, expected) in [("'a'", "'a'"), (".nothing", ".nothing"), ("__at", "")] {
            let start = rewritten.find(inside).expect("it is there");
            let range = start..start + inside.len();
            let found = original_range(source, 0, Marks::Lines, range).expect("it has a place");
            assert_eq!(&source[found], expected);
        }
    }

    #[test]
    fn literals_become_objects_and_subscripts_stay() {
        assert_eq!(
            plain("{% set a = [1, {'b': [2]}] %}{{ a[1]['b'] }}"),
            "{% set a = __list([1, __dict({'b': __list([2])})]) %}{{ a[1]['b'] }}"
        );
    }

    #[test]
    fn do_takes_any_expression() {
        assert_eq!(plain("{% do x.append(1) if y %}"), "{% set __do = x.append(1) if y %}");
    }

    #[test]
    fn macros_that_name_varargs_get_them() {
        assert_eq!(
            plain("{% macro m() %}{{ varargs }}{% endmacro %}"),
            "{% macro m(varargs=none) %}{{ varargs }}{% endmacro %}"
        );
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}|([{}%\\[\\]() a-z'\"=,:.-]|\\{% | %\\}|\\{\\{){0,40}") {
            let _ = rewrite(&text, 0, Marks::Lines);
        }
    }
}
