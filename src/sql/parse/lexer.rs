//! GoogleSQL's text → tokens with places, literals decoded
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical>).

use super::{
    escapes::{decode_bytes, decode_text},
    keywords::is_reserved,
    token::{Placed, Token},
};
use crate::sql::{SqlError, ast::Span};

/// The tokens of a text, without blanks, comments and hints; the last one is [`Token::End`].
///
/// Behind a character that GoogleSQL has no use for the reading goes on; such mistakes come second.
///
/// # Errors
/// Literals and comments without an end, wrong escapes.
pub(super) fn tokens(sql: &str) -> Result<(Vec<Placed>, Vec<SqlError>), SqlError> {
    let mut lexer = Lexer { rest: sql, offset: 0, line: 1, column: 1, errors: Vec::new() };
    let mut tokens: Vec<Placed> = Vec::with_capacity(sql.len() / 5);
    loop {
        lexer.skip_blanks()?;
        let start = lexer.here();
        let token = match lexer.rest.is_empty() {
            true => Token::End,
            false => match lexer.next(&tokens)? {
                Some(token) => token,
                None => continue,
            },
        };
        let span = Span { end: lexer.offset, ..start };
        let is_end = token == Token::End;
        tokens.push(Placed { token, span });
        join_literals(&mut tokens)?;
        if is_end {
            return Ok((tokens, lexer.errors));
        }
    }
}

/// Literals beside each other are one
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#string_and_bytes_literals>).
fn join_literals(tokens: &mut Vec<Placed>) -> Result<(), SqlError> {
    let [.., first, second] = tokens.as_mut_slice() else { return Ok(()) };
    let span = second.span;
    match (&mut first.token, &mut second.token) {
        (Token::Text(first), Token::Text(second)) => first.push_str(second),
        (Token::Bytes(first), Token::Bytes(second)) => first.append(second),
        (Token::Text(_) | Token::Bytes(_), Token::Text(_) | Token::Bytes(_)) => {
            let message = "a string literal and a bytes literal cannot be joined";
            return Err(SqlError::at("sql-syntax", message, span));
        }
        _ => return Ok(()),
    }
    if first.span.end == span.start {
        let mut error =
            SqlError::at("sql-syntax", "literals to be joined need a blank between", span);
        error.help = Some("write a quote in a literal as `\\'`".to_owned());
        return Err(error);
    }
    first.span = first.span.to(span);
    tokens.pop();
    Ok(())
}

struct Lexer<'s> {
    rest: &'s str,
    offset: u32,
    line: u32,
    column: u32,
    errors: Vec<SqlError>,
}

impl<'s> Lexer<'s> {
    fn here(&self) -> Span {
        let (line, column) = (self.line, self.column);
        Span { start: self.offset, end: self.offset, line, column }
    }

    fn error(&self, message: impl Into<String>) -> SqlError {
        SqlError::at("sql-syntax", message, self.here())
    }

    /// Goes on by so many bytes.
    fn advance(&mut self, length: usize) -> &'s str {
        let (taken, rest) = self.rest.split_at(length);
        for c in taken.chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.offset += length as u32;
        self.rest = rest;
        taken
    }

    /// Over blanks, comments and hints.
    fn skip_blanks(&mut self) -> Result<(), SqlError> {
        loop {
            let is_blank = |c: char| c.is_whitespace();
            let blanks = self.rest.find(|c| !is_blank(c)).unwrap_or(self.rest.len());
            self.advance(blanks);
            if self.rest.starts_with("--") || self.rest.starts_with('#') {
                let length = self.rest.find('\n').unwrap_or(self.rest.len());
                self.advance(length);
            } else if self.rest.starts_with("/*") {
                let Some(end) = self.rest[2..].find("*/") else {
                    return Err(self.error("a comment has no end: expected `*/`"));
                };
                self.advance(end + 4);
            } else if let Some(length) = hint_length(self.rest) {
                self.advance(length);
            } else {
                return Ok(());
            }
        }
    }

    /// The next token; none where a mistake is noted instead.
    fn next(&mut self, before: &[Placed]) -> Result<Option<Token>, SqlError> {
        let first = self.rest.chars().next().unwrap_or_default();
        if let Some(literal) = self.literal()? {
            return Ok(Some(literal));
        }
        if first == '`' {
            return self.quoted_name().map(Some);
        }
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let previous = before.last();
        // What follows a dot without a blank is a part of a path: `dataset.2024_orders`.
        // Behind a name and a dot a blank changes nothing.
        let in_path = match before {
            [.., value, dot] if dot.token == Token::Sign(".") => {
                dot.span.end == self.offset || ends_value(&value.token)
            }
            _ => false,
        };
        if first.is_alphabetic() || first == '_' || in_path && first.is_ascii_digit() {
            let length = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
            return Ok(Some(Token::Word(self.advance(length).to_owned())));
        }
        let after_value = previous.is_some_and(|previous| ends_value(&previous.token));
        let second = self.rest[first.len_utf8()..].chars().next();
        if first.is_ascii_digit()
            || first == '.' && !after_value && second.is_some_and(|c| c.is_ascii_digit())
        {
            return self.number(before).map(Some);
        }
        Ok(self.sign())
    }

    /// A string or bytes literal with its prefix.
    fn literal(&mut self) -> Result<Option<Token>, SqlError> {
        let is_quote = |byte: &u8| matches!(byte, b'\'' | b'"');
        let Some(prefix) = self.rest.bytes().take(3).position(|byte| is_quote(&byte)) else {
            return Ok(None);
        };
        let letters = self.rest[..prefix].to_ascii_lowercase();
        if !matches!(letters.as_str(), "" | "r" | "b" | "rb" | "br") {
            return Ok(None);
        }
        let (raw, bytes) = (letters.contains('r'), letters.contains('b'));
        let body = &self.rest[prefix..];
        let quote = &body[..1];
        let triple = quote.repeat(3);
        let delimiter = if body.starts_with(&triple) { triple.as_str() } else { quote };
        let mut end = None;
        let mut characters = body[delimiter.len()..].char_indices();
        while let Some((at, c)) = characters.next() {
            if c == '\\' {
                characters.next();
            } else if body[delimiter.len() + at..].starts_with(delimiter) {
                end = Some(at);
                break;
            } else if c == '\n' && delimiter.len() == 1 {
                break;
            }
        }
        let Some(end) = end else {
            return Err(self.error(format!("a literal has no end: expected `{delimiter}`")));
        };
        let text = &body[delimiter.len()..][..end];
        let wrong = |message: String| self.error(message);
        let token = match (bytes, raw) {
            (false, true) => Token::Text(text.to_owned()),
            (false, false) => Token::Text(decode_text(text).map_err(wrong)?),
            (true, true) => Token::Bytes(text.as_bytes().to_vec()),
            (true, false) => Token::Bytes(decode_bytes(text).map_err(wrong)?),
        };
        self.advance(prefix + delimiter.len() * 2 + end);
        Ok(Some(token))
    }

    fn quoted_name(&mut self) -> Result<Token, SqlError> {
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => {
                    characters.next();
                }
                '`' => {
                    let name =
                        decode_text(&self.rest[1..at]).map_err(|message| self.error(message))?;
                    if name.is_empty() {
                        return Err(self.error("a name in backticks is empty"));
                    }
                    self.advance(at + 1);
                    return Ok(Token::Quoted(name));
                }
                _ => {}
            }
        }
        Err(self.error("a name has no end: expected a backtick"))
    }

    fn number(&mut self, before: &[Placed]) -> Result<Token, SqlError> {
        let text = self.rest;
        let digits =
            |from: usize| from + text[from..].bytes().take_while(u8::is_ascii_digit).count();
        let end = if text.starts_with("0x") || text.starts_with("0X") {
            let length = 2 + text[2..].bytes().take_while(u8::is_ascii_hexdigit).count();
            if length == 2 {
                return Err(self.error("`0x` needs hexadecimal digits"));
            }
            length
        } else {
            let mut end = digits(0);
            if text[end..].starts_with('.') {
                end = digits(end + 1);
            }
            if text[end..].starts_with(['e', 'E']) {
                let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
                let power = digits(end + 1 + sign);
                if power > end + 1 + sign {
                    end = power;
                }
            }
            end
        };
        // In `my-project-1a.t` the part behind the dash is a name.
        let in_name = matches!(before, [.., Placed { token: Token::Sign("-"), span }] if span.end == self.offset);
        let next = text[end..].chars().next();
        if !in_name && next.is_some_and(|c| c.is_alphabetic() || c == '_') {
            let number = self.advance(end).to_owned();
            self.errors.push(self.error("a number and a name need a blank between"));
            return Ok(Token::Number(number));
        }
        Ok(Token::Number(self.advance(end).to_owned()))
    }

    fn sign(&mut self) -> Option<Token> {
        const SIGNS: [&str; 40] = [
            "<<", ">>", "<=", ">=", "<>", "!=", "||", "|>", "=>", "->", "==", ":=", "@@", "+=",
            "-=", ",", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ".", ":", ";", "[", "]",
            "{", "}", "&", "|", "^", "~", "@", "?", "!",
        ];
        let Some(sign) = SIGNS.iter().find(|sign| self.rest.starts_with(**sign)) else {
            let first = self.rest.chars().next().unwrap_or_default();
            self.errors.push(self.error(format!("`{}` is not GoogleSQL", first.escape_debug())));
            self.advance(first.len_utf8());
            return None;
        };
        self.advance(sign.len());
        Some(Token::Sign(sign))
    }
}

/// Whether a dot behind it begins a part of it, not a number.
fn ends_value(token: &Token) -> bool {
    match token {
        Token::Word(word) => !is_reserved(word) || word.eq_ignore_ascii_case("END"),
        Token::Quoted(_) => true,
        Token::Sign(sign) => matches!(*sign, ")" | "]"),
        _ => false,
    }
}

/// The length of a hint, `@{…}` or `@1`, which changes no row.
fn hint_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('@')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return Some(1 + digits);
    }
    let mut depth = 0usize;
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.checked_sub(1)?,
            (None, _) => {}
        }
        if depth == 0 {
            return (at > 0).then_some(1 + at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> String {
        match tokens(sql) {
            Ok((_, wrong)) if !wrong.is_empty() => wrong[0].to_string(),
            Ok((tokens, _)) => tokens[..tokens.len() - 1]
                .iter()
                .map(|placed| match &placed.token {
                    Token::Text(text) => format!("{text:?}"),
                    Token::Bytes(bytes) => format!("{bytes:?}"),
                    Token::Quoted(name) => format!("`{name}`"),
                    Token::Word(text) | Token::Number(text) => text.clone(),
                    Token::Sign(sign) => (*sign).to_owned(),
                    Token::End => String::new(),
                })
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn literals_are_decoded() {
        assert_eq!(shown(r#"'\x41\u00e9\101\n' "#), r#""AéA\n""#);
        assert_eq!(shown(r#"r'\d\'', R"""a"b""", '''it's'''"#), r#""\\d\\'" , "a\"b" , "it's""#);
        assert_eq!(shown(r#"b'\xff\'', rb"\x" "#), "[255, 39] , [92, 120]");
        assert_eq!(shown("'a' -- and\n\"b\""), "\"ab\"");
    }

    #[test]
    fn mistakes_are_at_their_place() {
        assert_eq!(shown("select\n  'x"), "a literal has no end: expected `'` (line 2, column 3)");
        assert_eq!(shown(r"'\q'"), r"`\q` is not an escape of GoogleSQL (line 1, column 1)");
        assert_eq!(shown("a $ b"), "`$` is not GoogleSQL (line 1, column 3)");
        assert_eq!(shown("1abc"), "a number and a name need a blank between (line 1, column 2)");
    }

    #[test]
    fn numbers_paths_and_hints() {
        assert_eq!(shown("1.5e3 .5 1. 0x1F a.b `p-1.d`.t"), "1.5e3 .5 1. 0x1F a . b `p-1.d` . t");
        assert_eq!(shown("d.2024_orders.x-1a"), "d . 2024_orders . x - 1 a");
        assert_eq!(shown("select @{a=1, b={2}} x @5 from @p"), "select x from @ p");
    }
}
