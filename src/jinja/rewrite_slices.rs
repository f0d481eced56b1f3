//! `x[1:]` becomes `x.__slice(1, none, none)`: the template engine's slices go on changing with what
//! they were taken of.

use minijinja::machinery::{Span, Token};

use super::rewrite::{Edit, end_of, ends_operand, start};

/// A bracket being read.
struct Bracket {
    /// Its place, if it is a subscript.
    subscript: Option<usize>,
    colons: Vec<usize>,
}

/// Rewrites the slices of one tag.
pub fn rewrite_slices(inside: &[(Token<'_>, Span)], edits: &mut Vec<Edit>) {
    let mut open: Vec<Bracket> = Vec::new();
    for (at, (token, _)) in inside.iter().enumerate() {
        match token {
            Token::ParenOpen | Token::BraceOpen | Token::BracketOpen => {
                let is_subscript = matches!(token, Token::BracketOpen)
                    && at > 0
                    && ends_operand(&inside[at - 1].0);
                open.push(Bracket { subscript: is_subscript.then_some(at), colons: Vec::new() });
            }
            Token::Colon => {
                if let Some(bracket) = open.last_mut() {
                    bracket.colons.push(at);
                }
            }
            Token::ParenClose | Token::BraceClose | Token::BracketClose => {
                let Some(bracket) = open.pop() else { return };
                if let (Some(first), [_, ..]) = (bracket.subscript, bracket.colons.as_slice()) {
                    slice(inside, first, &bracket.colons, at, edits);
                }
            }
            _ => {}
        }
    }
}

/// Rewrites the slice between the brackets at `first` and `last`.
fn slice(
    inside: &[(Token<'_>, Span)],
    first: usize,
    colons: &[usize],
    last: usize,
    edits: &mut Vec<Edit>,
) {
    let mut replace = |at: usize, before: &str, sign: &str, after: &str| {
        let span = &inside[at].1;
        let text = format!("{before}{sign}{after}");
        edits.push(Edit { at: start(span), until: end_of(span), text, order: 0 });
    };
    replace(first, "", ".__slice(", "");
    let mut previous = first;
    for at in colons {
        // What is left out is `none`.
        let before = if *at == previous + 1 { "none" } else { "" };
        replace(*at, before, ", ", "");
        previous = *at;
    }
    replace(last, if last == previous + 1 { "none" } else { "" }, ")", "");
}

#[cfg(test)]
mod tests {
    use crate::jinja::rewrite::{Marks, rewrite};

    fn plain(source: &str) -> String {
        rewrite(source, 0, Marks::None).expect("readable template")
    }

    #[test]
    fn slices_become_calls() {
        for (source, expected) in [
            ("{{ x[1:] }}", "{{ x.__slice(1, none) }}"),
            ("{{ x[:-1].y }}", "{{ x.__slice(none, -1).y }}"),
            ("{{ x[::-1] }}", "{{ x.__slice(none, none, -1) }}"),
            ("{{ x[:][0] }}", "{{ x.__slice(none, none)[0] }}"),
            ("{{ x[a - b:c[1:2]] }}", "{{ x.__slice(__sum(a , '-',  b), c.__slice(1, 2)) }}"),
            ("{{ x['a'] }}", "{{ x['a'] }}"),
            ("{{ {'a': x[{'b': 1}['b']]} }}", "{{ __dict({'a': x[__dict({'b': 1})['b']]}) }}"),
        ] {
            assert_eq!(plain(source), expected);
        }
    }
}
