//! Defaults of macro parameters that name an earlier parameter.
//!
//! Jinja binds parameters from left to right, so that `macro m(a, b=a)` works; minijinja binds them
//! from right to left. Such a default is taken out of the head and assigned at the top of the body.

use minijinja::machinery::{Span, Token};

use super::rewrite::{Edit, apply, end_of, rewrite_expressions, start};

/// An expression that is undefined wherever it stands.
const UNDEFINED: &str = "({}).unset";

/// A parameter of a macro's head, as positions in its tokens.
struct Parameter<'t> {
    name: &'t str,
    /// The tokens of the default; empty where there is none.
    default: std::ops::Range<usize>,
}

/// Moves the defaults that need it: `inside` are the tokens of a `macro` tag, `tag_end` its last.
pub(super) fn move_defaults(
    source: &str,
    inside: &[(Token<'_>, Span)],
    tag_end: &(Token<'_>, Span),
    edits: &mut Vec<Edit>,
) {
    let parameters = parameters(inside);
    let mut body = String::new();
    for (at, parameter) in parameters.iter().enumerate() {
        let tokens = &inside[parameter.default.clone()];
        let (Some((_, first)), Some((_, last))) = (tokens.first(), tokens.last()) else { continue };
        let earlier = &parameters[..at];
        let names_earlier = tokens.iter().enumerate().any(|(place, (token, _))| {
            let Token::Ident(name) = token else { return false };
            let is_attribute = place > 0 && matches!(tokens[place - 1].0, Token::Dot);
            !is_attribute && earlier.iter().any(|known| known.name == *name)
        });
        if !names_earlier {
            continue;
        }
        let range = start(first)..end_of(last);
        let mut within = Vec::new();
        rewrite_expressions(tokens, false, &mut within);
        for edit in &mut within {
            edit.at -= range.start;
            edit.until -= range.start;
        }
        let default = apply(&source[range.clone()], within).replace('\n', " ");
        let name = parameter.name;
        body.push_str(&format!(
            "{{% if {name} is undefined %}}{{% set {name} = {default} %}}{{% endif %}}"
        ));
        // The line ends stay in the head, so that no line moves.
        let lines = "\n".repeat(source[range.clone()].matches('\n').count());
        // The parenthesis that closes a literal goes right behind it.
        let is_close = |edit: &Edit| edit.at == range.end && edit.text == ")";
        edits.retain(|edit| edit.at < range.start || edit.at >= range.end && !is_close(edit));
        edits.push(Edit {
            at: range.start,
            until: range.end,
            text: format!("{UNDEFINED}{lines}"),
            order: 0,
        });
    }
    if body.is_empty() {
        return;
    }
    let end = end_of(&tag_end.1);
    // What the tag says of the blanks after it is said by the last inserted tag.
    if source[..end].ends_with("-%}") {
        body.truncate(body.len() - "%}".len());
        body.push_str("-%}");
    }
    edits.push(Edit { at: end, until: end, text: body, order: 0 });
}

/// The parameters between the outermost parentheses of a head.
fn parameters<'t>(inside: &[(Token<'t>, Span)]) -> Vec<Parameter<'t>> {
    let mut parameters: Vec<Parameter<'t>> = Vec::new();
    let Some(open) = inside.iter().position(|(token, _)| matches!(token, Token::ParenOpen)) else {
        return parameters;
    };
    let mut depth = 0usize;
    let mut in_default = false;
    for (at, (token, _)) in inside.iter().enumerate().skip(open) {
        match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => depth += 1,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => depth -= 1,
            Token::Comma if depth == 1 => {
                in_default = false;
                continue;
            }
            Token::Assign if depth == 1 && !in_default => {
                in_default = true;
                if let Some(last) = parameters.last_mut() {
                    last.default = at + 1..at + 1;
                }
                continue;
            }
            Token::Ident(name) if depth == 1 && !in_default => {
                parameters.push(Parameter { name, default: 0..0 });
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if in_default && let Some(last) = parameters.last_mut() {
            last.default.end = at + 1;
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use crate::jinja::rewrite::{Marks, rewrite};

    fn plain(source: &str) -> String {
        rewrite(source, 0, Marks::None).expect("readable template")
    }

    #[test]
    fn a_default_that_names_an_earlier_parameter_moves_into_the_body() {
        assert_eq!(
            plain("{% macro m(a, b=a ~ 'x', c=1) -%}\n{{ b }}{% endmacro %}"),
            "{% macro m(a, b=({}).unset, c=1) -%}{% if b is undefined %}{% set b = a ~ 'x' %}{% endif -%}\n{{ b }}{% endmacro %}"
        );
    }

    #[test]
    fn other_defaults_stay() {
        let source = "{% macro m(a, b=x.a, c=true) %}{% endmacro %}";
        assert_eq!(plain(source), source);
    }

    #[test]
    fn literals_in_a_moved_default_become_objects() {
        assert_eq!(
            plain("{% macro m(a, b=[a,\n 1]) %}{% endmacro %}"),
            "{% macro m(a, b=({}).unset\n) %}{% if b is undefined %}{% set b = __list([a,  1]) %}{% endif %}{% endmacro %}"
        );
    }
}
