//! Tells `ref()`, `source()` and `function()` where they are called.
//!
//! `ref('orders')` becomes `__at(start, end, ref)('orders')`: a function learns from the template
//! engine neither line nor column. A project's own macro `ref` is handed on as it is.

use minijinja::machinery::{Span, Token};

use super::rewrite::{Edit, end_of, start};

/// Adds the places of the calls in a tag. `base` is where the template starts in its file.
pub(super) fn place_references(inside: &[(Token<'_>, Span)], base: usize, edits: &mut Vec<Edit>) {
    for (at, (token, span)) in inside.iter().enumerate() {
        let Token::Ident(name @ ("ref" | "source" | "function")) = token else { continue };
        if !matches!(inside.get(at + 1), Some((Token::ParenOpen, _))) {
            continue;
        }
        let before = at.checked_sub(1).map(|before| &inside[before].0);
        // An attribute, a filter, a test, or the name of a macro being defined.
        if matches!(
            before,
            Some(
                Token::Dot
                    | Token::Pipe
                    | Token::Ident(
                        "is" | "macro" | "test" | "data_test" | "materialization" | "block"
                    )
            )
        ) {
            continue;
        }
        let place = named(&inside[at + 2..], *name == "source");
        let place = place.unwrap_or(start(span)..end_of(span));
        edits.push(Edit {
            at: start(span),
            until: end_of(span),
            text: format!("__at({}, {}, {name})", base + place.start, base + place.end),
            order: 0,
        });
    }
}

/// What the arguments name, where it is written there: the last of the texts they start with,
/// without its quotes; of a source both of them.
fn named(arguments: &[(Token<'_>, Span)], of_source: bool) -> Option<std::ops::Range<usize>> {
    let mut found: Option<std::ops::Range<usize>> = None;
    for pair in arguments.chunks(2) {
        let [(Token::Str(_) | Token::String(_), text), (after, _)] = pair else { break };
        if !matches!(after, Token::Comma | Token::ParenClose) {
            break;
        }
        found = Some(match found {
            Some(first) if of_source => first.start..end_of(text),
            _ if of_source => start(text)..end_of(text),
            _ => start(text) + 1..end_of(text) - 1,
        });
        if matches!(after, Token::ParenClose) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::jinja::rewrite::{Marks, rewrite};

    fn placed(source: &str) -> String {
        rewrite(source, 100, Marks::None).expect("readable template")
    }

    #[test]
    fn a_call_is_given_the_place_of_what_it_names() {
        assert_eq!(placed("{{ ref('a') }}"), "{{ __at(108, 109, ref)('a') }}");
        assert_eq!(placed("{{ source('s', 't') }}"), "{{ __at(110, 118, source)('s', 't') }}");
        assert_eq!(placed("{{ function('f')(1) }}"), "{{ __at(113, 114, function)('f')(1) }}");
        assert_eq!(placed("{{ ref('p', 'a', v=1) }}"), "{{ __at(113, 114, ref)('p', 'a', v=1) }}");
    }

    #[test]
    fn a_call_of_a_computed_name_is_given_its_own_place() {
        assert_eq!(placed("{{ ref(name) }}"), "{{ __at(103, 106, ref)(name) }}");
        assert_eq!(placed("{{ ref('a' ~ b) }}"), "{{ __at(103, 106, ref)('a' ~ b) }}");
    }

    #[test]
    fn what_only_looks_like_a_call_stays() {
        for same in [
            "{% macro ref(name) %}{% endmacro %}",
            "{{ builtins.ref('a') }}",
            "{{ x | source('a') }}",
            "{{ ref }}",
        ] {
            assert_eq!(placed(same), same);
        }
    }
}
