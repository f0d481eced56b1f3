//! `a + b - c` in templates that work with times becomes `__sum(a, '+', b, '-', c)`: the template
//! engine cannot add objects.

use minijinja::machinery::{Span, Token};

use super::rewrite::{Edit, end_of, ends_operand, start};

/// A sum being read at one depth of brackets.
#[derive(Default)]
struct Sum {
    first: Option<usize>,
    operators: Vec<usize>,
}

impl Sum {
    /// Ends the sum before the token `end` and starts the next one after it.
    fn finish(&mut self, inside: &[(Token<'_>, Span)], end: usize, edits: &mut Vec<Edit>) {
        let sum = std::mem::take(self);
        let (Some(first), [_, ..]) = (sum.first, sum.operators.as_slice()) else { return };
        let open = start(&inside[first].1);
        let close = end_of(&inside[end - 1].1);
        edits.push(Edit { at: open, until: open, text: "__sum(".to_owned(), order: -1 });
        for at in sum.operators {
            let (token, span) = &inside[at];
            let sign = if matches!(token, Token::Plus) { '+' } else { '-' };
            let text = format!(", '{sign}', ");
            edits.push(Edit { at: start(span), until: end_of(span), text, order: 0 });
        }
        edits.push(Edit { at: close, until: close, text: ")".to_owned(), order: 1 });
    }
}

/// Rewrites the sums of one tag.
pub fn rewrite_sums(inside: &[(Token<'_>, Span)], edits: &mut Vec<Edit>) {
    let mut open = vec![Sum::default()];
    for (at, (token, _)) in inside.iter().enumerate() {
        let after_operand = at > 0 && ends_operand(&inside[at - 1].0);
        let after_dot = at > 0 && matches!(inside[at - 1].0, Token::Dot);
        let Some(sum) = open.last_mut() else { return };
        match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => {
                sum.first.get_or_insert(at);
                open.push(Sum::default());
            }
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                sum.finish(inside, at, edits);
                open.pop();
                if open.is_empty() {
                    return;
                }
            }
            Token::Plus | Token::Minus if after_operand => sum.operators.push(at),
            token if ends_sum(token, after_dot) => sum.finish(inside, at, edits),
            _ => {
                sum.first.get_or_insert(at);
            }
        }
    }
    if let [sum] = open.as_mut_slice() {
        let colon = matches!(inside.last(), Some((Token::Colon, _)));
        sum.finish(inside, inside.len() - usize::from(colon), edits);
    }
}

/// Whether a token stands outside the sums next to it.
fn ends_sum(token: &Token<'_>, after_dot: bool) -> bool {
    match token {
        Token::Comma
        | Token::Assign
        | Token::Colon
        | Token::Eq
        | Token::Ne
        | Token::Gt
        | Token::Gte
        | Token::Lt
        | Token::Lte => true,
        Token::Ident(name) => {
            !after_dot
                && matches!(
                    *name,
                    "and"
                        | "or"
                        | "not"
                        | "if"
                        | "elif"
                        | "else"
                        | "in"
                        | "is"
                        | "set"
                        | "do"
                        | "for"
                )
        }
        _ => false,
    }
}
