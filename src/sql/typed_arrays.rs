//! `ARRAY<T>[…]` and `STRUCT<T, …>(…)` as calls that the parser can read.
//!
//! sqlparser reads typed literals of plain types only. Here each becomes a call of
//! [`TYPED_LITERAL`] with the type as its first argument; places stay.

use sqlparser::tokenizer::{Token, TokenWithSpan};

/// The function that stands for a typed literal.
pub const TYPED_LITERAL: &str = "__typed_literal";

/// Rewrites typed literals.
pub fn typed_arrays(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // What closes the brackets that are open.
    let mut closings: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((open, text)) = literal_at(&tokens, at) {
            let span = tokens[at].span;
            let mut push = |token| out.push(TokenWithSpan::new(token, span));
            push(Token::make_word(TYPED_LITERAL, None));
            push(Token::LParen);
            push(Token::SingleQuotedString(text));
            let first = next_word(&tokens, open + 1);
            let is_empty =
                matches!(first.map(|at| &tokens[at].token), Some(Token::RBracket | Token::RParen));
            if !is_empty {
                push(Token::Comma);
            }
            closings.push(Token::RParen);
            at = open + 1;
            continue;
        }
        if let Some((name, last)) = safe_name_at(&tokens, at) {
            let span = tokens[at].span;
            out.push(TokenWithSpan::new(Token::make_word(&name, Some('`')), span));
            at = last + 1;
            continue;
        }
        let TokenWithSpan { token, span } = tokens[at].clone();
        let token = match token {
            Token::LParen | Token::LBracket => {
                let closing = if token == Token::LParen { Token::RParen } else { Token::RBracket };
                closings.push(closing);
                token
            }
            Token::RParen | Token::RBracket => closings.pop().unwrap_or(token),
            other => other,
        };
        out.push(TokenWithSpan::new(token, span));
        at += 1;
    }
    out
}

/// `SAFE.f` before a parenthesis, as one name: the parser reads some functions by their name only.
fn safe_name_at(tokens: &[TokenWithSpan], at: usize) -> Option<(String, usize)> {
    let Token::Word(safe) = &tokens[at].token else { return None };
    if safe.quote_style.is_some() || !safe.value.eq_ignore_ascii_case("safe") {
        return None;
    }
    let [_, dot, name, open] = tokens.get(at..at + 4)? else { return None };
    match (&dot.token, &name.token, &open.token) {
        (Token::Period, Token::Word(name), Token::LParen) => {
            Some((format!("SAFE.{}", name.value), at + 2))
        }
        _ => None,
    }
}

/// Where the literal's own bracket is, and its type's text, where a typed literal begins.
fn literal_at(tokens: &[TokenWithSpan], at: usize) -> Option<(usize, String)> {
    let Token::Word(word) = &tokens[at].token else { return None };
    let is_array = word.value.eq_ignore_ascii_case("array");
    if word.quote_style.is_some() || !(is_array || word.value.eq_ignore_ascii_case("struct")) {
        return None;
    }
    let mut place = next_word(tokens, at + 1)?;
    if tokens[place].token != Token::Lt {
        return None;
    }
    let mut depth = 0usize;
    loop {
        match &tokens.get(place)?.token {
            Token::Lt => depth += 1,
            Token::Gt => depth -= 1,
            Token::SemiColon => return None,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        place += 1;
    }
    let open = next_word(tokens, place + 1)?;
    let wanted = if is_array { Token::LBracket } else { Token::LParen };
    if tokens[open].token != wanted {
        return None;
    }
    let text: String = tokens[at..=place].iter().map(|token| token.token.to_string()).collect();
    Some((open, text))
}

/// The first token from `at` on that is no blank.
fn next_word(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    (at..tokens.len()).find(|at| !matches!(tokens[*at].token, Token::Whitespace(_)))
}
