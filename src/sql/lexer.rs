//! GoogleSQL's words: text → tokens with places, literals decoded.
//!
//! sqlparser's own tokenizer knows neither all escapes nor raw and bytes literals as GoogleSQL has
//! them (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical>), so this one
//! feeds its parser. All string literals arrive as [`Token::SingleQuotedString`]; bytes arrive as
//! [`Token::SingleQuotedByteStringLiteral`], each byte as the character of its number.

use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace};

use super::{
    SqlError,
    escapes::{decode_bytes, decode_text},
};

/// The tokens of a text. Blanks and comments become one [`Whitespace::Space`] each.
///
/// # Errors
/// Literals and comments without an end, wrong escapes, characters that GoogleSQL has no use for.
pub fn tokens(sql: &str) -> Result<Vec<TokenWithSpan>, SqlError> {
    let mut lexer = Lexer { rest: sql, line: 1, column: 1, angles: 0 };
    let mut tokens: Vec<TokenWithSpan> = Vec::new();
    while !lexer.rest.is_empty() {
        let start = lexer.location();
        let token = lexer.next(tokens.last().map(|last| &last.token))?;
        // `ARRAY<` and `STRUCT<` begin a type, in which `>>` is two ends.
        match &token {
            Token::Lt if lexer.angles > 0 || begins_type(&tokens) => lexer.angles += 1,
            Token::Gt => lexer.angles = lexer.angles.saturating_sub(1),
            _ => {}
        }
        tokens.push(TokenWithSpan::new(token, Span::new(start, lexer.location())));
        join_literals(&mut tokens)?;
    }
    Ok(tokens)
}

/// Literals beside each other are one
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#string_and_bytes_literals>).
fn join_literals(tokens: &mut Vec<TokenWithSpan>) -> Result<(), SqlError> {
    let Some(last) = tokens.last() else { return Ok(()) };
    let is_blank = |token: &TokenWithSpan| matches!(token.token, Token::Whitespace(_));
    let before = &tokens[..tokens.len() - 1];
    let Some(at) = before.iter().rposition(|token| !is_blank(token)) else { return Ok(()) };
    let joined = match (&tokens[at].token, &last.token) {
        (Token::SingleQuotedString(first), Token::SingleQuotedString(second)) => {
            Token::SingleQuotedString(format!("{first}{second}"))
        }
        (
            Token::SingleQuotedByteStringLiteral(first),
            Token::SingleQuotedByteStringLiteral(second),
        ) => Token::SingleQuotedByteStringLiteral(format!("{first}{second}")),
        (
            Token::SingleQuotedString(_) | Token::SingleQuotedByteStringLiteral(_),
            Token::SingleQuotedString(_) | Token::SingleQuotedByteStringLiteral(_),
        ) => {
            let message = "a string literal and a bytes literal cannot be joined";
            return Err(SqlError::at("sql-syntax", message, last.span));
        }
        _ => return Ok(()),
    };
    if at + 1 == tokens.len() - 1 {
        let mut error =
            SqlError::at("sql-syntax", "literals to be joined need a blank between", last.span);
        error.help = Some("write a quote in a literal as `\\'`".to_owned());
        return Err(error);
    }
    let span = Span::new(tokens[at].span.start, last.span.end);
    tokens.truncate(at);
    tokens.push(TokenWithSpan::new(joined, span));
    Ok(())
}

/// Whether the last word opens the angle brackets of a type.
fn begins_type(tokens: &[TokenWithSpan]) -> bool {
    let last = tokens.iter().rev().find(|token| !matches!(token.token, Token::Whitespace(_)));
    let Some(Token::Word(word)) = last.map(|token| &token.token) else { return false };
    word.quote_style.is_none()
        && ["array", "struct", "range", "table"]
            .iter()
            .any(|name| word.value.eq_ignore_ascii_case(name))
}

struct Lexer<'s> {
    rest: &'s str,
    line: u64,
    column: u64,
    /// Open angle brackets of a type.
    angles: usize,
}

impl<'s> Lexer<'s> {
    fn location(&self) -> Location {
        Location { line: self.line, column: self.column }
    }

    fn error(&self, message: impl Into<String>) -> SqlError {
        SqlError::at("sql-syntax", message, Span::new(self.location(), self.location()))
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
        self.rest = rest;
        taken
    }

    fn next(&mut self, previous: Option<&Token>) -> Result<Token, SqlError> {
        let first = self.rest.chars().next().unwrap_or_default();
        if first.is_whitespace() {
            let length = self.rest.find(|c: char| !c.is_whitespace()).unwrap_or(self.rest.len());
            self.advance(length);
            return Ok(Token::Whitespace(Whitespace::Space));
        }
        if self.rest.starts_with("--") || first == '#' {
            let length = self.rest.find('\n').unwrap_or(self.rest.len());
            self.advance(length);
            return Ok(Token::Whitespace(Whitespace::Space));
        }
        if self.rest.starts_with("/*") {
            let Some(end) = self.rest[2..].find("*/") else {
                return Err(self.error("a comment has no end: expected `*/`"));
            };
            self.advance(end + 4);
            return Ok(Token::Whitespace(Whitespace::Space));
        }
        if let Some(literal) = self.literal()? {
            return Ok(literal);
        }
        if first == '`' {
            return self.quoted_name();
        }
        let after_name = matches!(previous, Some(Token::Word(_) | Token::RParen | Token::RBracket));
        let second = self.rest[first.len_utf8()..].chars().next();
        if first.is_ascii_digit()
            || (first == '.' && !after_name && second.is_some_and(|c| c.is_ascii_digit()))
        {
            return self.number(matches!(previous, Some(Token::Period)));
        }
        if first.is_alphabetic() || first == '_' || first == '@' && second != Some('{') {
            let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '@';
            let length = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
            return Ok(Token::make_word(self.advance(length), None));
        }
        self.symbol()
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
            (false, true) => Token::SingleQuotedString(text.to_owned()),
            (false, false) => Token::SingleQuotedString(decode_text(text).map_err(wrong)?),
            (true, true) => {
                Token::SingleQuotedByteStringLiteral(text.bytes().map(char::from).collect())
            }
            (true, false) => Token::SingleQuotedByteStringLiteral(
                decode_bytes(text).map_err(wrong)?.into_iter().map(char::from).collect(),
            ),
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
                    return Ok(Token::make_word(&name, Some('`')));
                }
                _ => {}
            }
        }
        Err(self.error("a name has no end: expected a backtick"))
    }

    /// `after_dot`: the number is a part of a path (`dataset.2024_orders` has none, `a.1` has).
    fn number(&mut self, after_dot: bool) -> Result<Token, SqlError> {
        let text = self.rest;
        let digits =
            |from: usize| from + text[from..].bytes().take_while(u8::is_ascii_digit).count();
        if text.starts_with("0x") || text.starts_with("0X") {
            let length = 2 + text[2..].bytes().take_while(u8::is_ascii_hexdigit).count();
            if length == 2 {
                return Err(self.error("`0x` needs hexadecimal digits"));
            }
            return Ok(Token::Number(self.advance(length).to_owned(), false));
        }
        let mut end = digits(0);
        if !after_dot && text[end..].starts_with('.') {
            end = digits(end + 1);
        }
        if !after_dot && text[end..].starts_with(['e', 'E']) {
            let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
            let power = digits(end + 1 + sign);
            if power > end + 1 + sign {
                end = power;
            }
        }
        Ok(Token::Number(self.advance(end).to_owned(), false))
    }

    fn symbol(&mut self) -> Result<Token, SqlError> {
        const PAIRS: [(&str, Token); 12] = [
            ("<<", Token::ShiftLeft),
            (">>", Token::ShiftRight),
            ("<=", Token::LtEq),
            (">=", Token::GtEq),
            ("<>", Token::Neq),
            ("!=", Token::Neq),
            ("||", Token::StringConcat),
            ("|>", Token::VerticalBarRightAngleBracket),
            ("=>", Token::RArrow),
            ("->", Token::Arrow),
            ("==", Token::DoubleEq),
            (":=", Token::Assignment),
        ];
        for (text, token) in PAIRS {
            let in_type = self.angles > 0 && text.starts_with('>');
            if self.rest.starts_with(text) && !in_type {
                self.advance(text.len());
                return Ok(token);
            }
        }
        let first = self.rest.chars().next().unwrap_or_default();
        let token = match first {
            ',' => Token::Comma,
            '=' => Token::Eq,
            '<' => Token::Lt,
            '>' => Token::Gt,
            '+' => Token::Plus,
            '-' => Token::Minus,
            '*' => Token::Mul,
            '/' => Token::Div,
            '%' => Token::Mod,
            '(' => Token::LParen,
            ')' => Token::RParen,
            '.' => Token::Period,
            ':' => Token::Colon,
            ';' => Token::SemiColon,
            '[' => Token::LBracket,
            ']' => Token::RBracket,
            '{' => Token::LBrace,
            '}' => Token::RBrace,
            '&' => Token::Ampersand,
            '|' => Token::Pipe,
            '^' => Token::Caret,
            '~' => Token::Tilde,
            '@' => Token::AtSign,
            '?' => Token::Placeholder("?".to_owned()),
            '!' => Token::ExclamationMark,
            other => {
                let message = format!("`{}` is not GoogleSQL", other.escape_debug());
                return Err(self.error(message));
            }
        };
        self.advance(first.len_utf8());
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> String {
        match tokens(sql) {
            Ok(tokens) => tokens
                .iter()
                .filter(|token| !matches!(token.token, Token::Whitespace(_)))
                .map(|token| token.token.to_string())
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn literals_are_decoded() {
        assert_eq!(shown(r#"'\x41\u00e9\101\n' "#), "'A\u{e9}A\n'");
        assert_eq!(shown(r#"r'\d\'', R"""a"b""", '''it's'''"#), r#"'\d\'' , 'a"b' , 'it's'"#);
        assert_eq!(shown(r#"b'\xff\'', rb"\x" "#), "B'\u{ff}'' , B'\\x'");
    }

    #[test]
    fn mistakes_are_at_their_place() {
        assert_eq!(shown("select\n  'x"), "a literal has no end: expected `'` (line 2, column 3)");
        assert_eq!(shown(r"'\q'"), r"`\q` is not an escape of GoogleSQL (line 1, column 1)");
        assert_eq!(shown("a $ b"), "`$` is not GoogleSQL (line 1, column 3)");
    }

    #[test]
    fn types_end_one_bracket_at_a_time() {
        assert_eq!(shown("array<struct<a int64>>[]"), "array < struct < a int64 > > [ ]");
        assert_eq!(shown("a >> 1"), "a >> 1");
        assert_eq!(shown("1 < a and b >> 2"), "1 < a and b >> 2");
    }

    #[test]
    fn numbers_and_paths() {
        assert_eq!(shown("1.5e3 .5 1. 0x1F a.b `p-1.d`.t"), "1.5e3 .5 1. 0x1F a . b `p-1.d` . t");
    }
}
