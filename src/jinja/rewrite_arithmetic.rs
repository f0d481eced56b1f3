//! `a + b - c` becomes `__sum(a, '+', b, '-', c)`, `a * b` becomes `__product(a, '*', b)` and `a < b`
//! becomes `__order(a, '<', b)`: the template engine reckons with numbers and texts only, what it
//! makes of lists goes on changing with them, and it has an order of things that have none.

use minijinja::machinery::{Span, Token};

use super::rewrite::{Edit, end_of, ends_operand, start};

/// Operands and the operators between them, being read.
#[derive(Default)]
struct Chain {
    /// The first token.
    first: Option<usize>,
    operators: Vec<usize>,
}

impl Chain {
    /// Ends the chain before the token `end` and starts the next one after it.
    fn finish(
        &mut self,
        function: &str,
        order: i8,
        inside: &[(Token<'_>, Span)],
        end: usize,
        edits: &mut Vec<Edit>,
    ) {
        let chain = std::mem::take(self);
        let (Some(first), [_, ..]) = (chain.first, chain.operators.as_slice()) else { return };
        if end == 0 || chain.is_plain(function, inside, end) {
            return;
        }
        let open = start(&inside[first].1);
        let close = end_of(&inside[end - 1].1);
        edits.push(Edit { at: open, until: open, text: format!("{function}("), order: -order });
        for at in chain.operators {
            let (token, span) = &inside[at];
            let sign = sign(token).unwrap_or("+");
            let text = format!(", '{sign}', ");
            edits.push(Edit { at: start(span), until: end_of(span), text, order: 0 });
        }
        edits.push(Edit { at: close, until: close, text: ")".to_owned(), order });
    }

    /// Whether an operand is written as a number or a text, so that the engine does the same: such
    /// a sum is of numbers or texts. A product may still be of a list, a time or a format.
    fn is_plain(&self, function: &str, inside: &[(Token<'_>, Span)], end: usize) -> bool {
        let mut bounds = vec![self.first.unwrap_or(0)];
        bounds.extend(self.operators.iter().map(|at| at + 1));
        let ends = self.operators.iter().copied().chain([end]);
        bounds.iter().zip(ends).any(|(from, until)| {
            let [(token, _)] = &inside[(*from).min(until)..until] else { return false };
            match token {
                Token::Int(_) | Token::Int128(_) | Token::Float(_) => function == SUM,
                Token::Str(_) | Token::String(_) => function == SUM,
                _ => false,
            }
        })
    }
}

const SUM: &str = "__sum";
const PRODUCT: &str = "__product";
const ORDER: &str = "__order";

/// What is being read at one depth of brackets: a product is an operand of the sum.
#[derive(Default)]
struct Level {
    order: Chain,
    /// Whether what is compared is also asked to be equal or inside: that stays the engine's.
    is_mixed: bool,
    sum: Chain,
    product: Chain,
    /// Whether the last token was `is`, or `not` after it: the name of a test comes next.
    names_test: bool,
}

impl Level {
    fn starts_operand(&mut self, at: usize) {
        self.order.first.get_or_insert(at);
        self.sum.first.get_or_insert(at);
        self.product.first.get_or_insert(at);
    }

    fn end_product(&mut self, inside: &[(Token<'_>, Span)], end: usize, edits: &mut Vec<Edit>) {
        self.product.finish(PRODUCT, 1, inside, end, edits);
    }

    fn end_sum(&mut self, inside: &[(Token<'_>, Span)], end: usize, edits: &mut Vec<Edit>) {
        self.end_product(inside, end, edits);
        self.sum.finish(SUM, 2, inside, end, edits);
        self.names_test = false;
    }

    fn end(&mut self, inside: &[(Token<'_>, Span)], end: usize, edits: &mut Vec<Edit>) {
        self.end_sum(inside, end, edits);
        if std::mem::take(&mut self.is_mixed) {
            self.order = Chain::default();
        }
        self.order.finish(ORDER, 3, inside, end, edits);
    }
}

/// Rewrites the sums and products of one tag; that of a statement starts with its name.
pub fn rewrite_arithmetic(inside: &[(Token<'_>, Span)], is_statement: bool, edits: &mut Vec<Edit>) {
    if !inside.iter().any(|(token, _)| sign(token).is_some()) {
        return;
    }
    let mut open = vec![Level::default()];
    for (at, (token, _)) in inside.iter().enumerate() {
        let after_operand = at > 0 && ends_operand(&inside[at - 1].0);
        let after_dot = at > 0 && matches!(inside[at - 1].0, Token::Dot);
        let Some(level) = open.last_mut() else { return };
        match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => {
                level.starts_operand(at);
                open.push(Level::default());
            }
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                level.end(inside, at, edits);
                open.pop();
                if open.is_empty() {
                    return;
                }
            }
            Token::Plus | Token::Minus if after_operand => {
                level.end_product(inside, at, edits);
                level.sum.operators.push(at);
            }
            Token::Mul | Token::Div | Token::FloorDiv | Token::Mod if after_operand => {
                level.product.operators.push(at);
            }
            Token::Lt | Token::Lte | Token::Gt | Token::Gte => {
                level.end_sum(inside, at, edits);
                level.order.operators.push(at);
            }
            Token::Eq | Token::Ne => {
                level.end_sum(inside, at, edits);
                level.is_mixed = true;
            }
            Token::Ident("in") if !after_dot && !level.names_test => {
                level.end_sum(inside, at, edits);
                level.is_mixed = true;
            }
            Token::Tilde => level.end_product(inside, at, edits),
            Token::Ident("is") if !after_dot => level.names_test = true,
            Token::Ident("not") if level.names_test => {}
            Token::Ident(_) if level.names_test => level.names_test = false,
            Token::Ident(_) if at == 0 && is_statement => {}
            token if ends_comparison(token, after_dot) => level.end(inside, at, edits),
            _ => level.starts_operand(at),
        }
    }
    if let [level] = open.as_mut_slice() {
        let colon = matches!(inside.last(), Some((Token::Colon, _)));
        level.end(inside, inside.len() - usize::from(colon), edits);
    }
}

/// How an operator is written.
fn sign(token: &Token<'_>) -> Option<&'static str> {
    Some(match token {
        Token::Plus => "+",
        Token::Minus => "-",
        Token::Mul => "*",
        Token::Div => "/",
        Token::FloorDiv => "//",
        Token::Mod => "%",
        Token::Lt => "<",
        Token::Lte => "<=",
        Token::Gt => ">",
        Token::Gte => ">=",
        _ => return None,
    })
}

/// Whether a token stands outside the comparisons next to it.
fn ends_comparison(token: &Token<'_>, after_dot: bool) -> bool {
    const WORDS: [&str; 6] = ["and", "or", "not", "if", "else", "recursive"];
    match token {
        Token::Comma | Token::Assign | Token::Colon => true,
        Token::Ident(name) => !after_dot && WORDS.contains(name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::jinja::rewrite::{Marks, rewrite};

    fn plain(source: &str) -> String {
        rewrite(source, 0, Marks::None).expect("readable template")
    }

    #[test]
    fn sums_and_products_become_calls() {
        for (source, expected) in [
            ("{{ a + b - c }}", "{{ __sum(a , '+',  b , '-',  c) }}"),
            ("{{ a + b * c }}", "{{ __sum(a , '+',  __product(b , '*',  c)) }}"),
            ("{{ a * 2 }}", "{{ __product(a , '*',  2) }}"),
            ("{{ (a + b) * c }}", "{{ __product((__sum(a , '+',  b)) , '*',  c) }}"),
            ("{{ a + b | f(c - d) }}", "{{ __sum(a , '+',  b | f(__sum(c , '-',  d))) }}"),
            ("{{ a ~ b + c }}", "{{ __sum(a ~ b , '+',  c) }}"),
            ("{{ a * b ~ c }}", "{{ __product(a , '*',  b) ~ c }}"),
            ("{{ '%s' % x.y ~ 'c' }}", "{{ __product('%s' , '%',  x.y) ~ 'c' }}"),
            ("{{ set(a) - set(b) }}", "{{ __sum(set(a) , '-',  set(b)) }}"),
            ("{{ f(*a, **b) }}", "{{ f(*a, **b) }}"),
            ("{% if a + b is not none and c %}", "{% if __sum(a , '+',  b is not none) and c %}"),
            ("{% for x in a + b recursive %}", "{% for x in __sum(a , '+',  b) recursive %}"),
            ("{{ a < b + c }}", "{{ __order(a , '<',  __sum(b , '+',  c)) }}"),
            ("{% if not 1 < a <= b or c %}", "{% if not __order(1 , '<',  a , '<=',  b) or c %}"),
            ("{% for x in y if x > 2 %}", "{% for x in y if __order(x , '>',  2) %}"),
            ("{{ a in b + c }}", "{{ a in __sum(b , '+',  c) }}"),
            ("{{ a < b == c }}", "{{ a < b == c }}"),
            ("{% set x = -a - -b %}", "{% set x = __sum(-a , '-',  -b) %}"),
        ] {
            assert_eq!(plain(source), expected);
        }
    }

    #[test]
    fn sums_with_a_written_number_or_text_stay() {
        for same in ["{{ a + 1 }}", "{{ 'x' + a + b }}", "{{ loop.index - 1 }}", "{{ -a }}"] {
            assert_eq!(plain(same), same);
        }
    }
}
