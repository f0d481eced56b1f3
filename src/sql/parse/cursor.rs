//! Going through the tokens.

use super::token::{Placed, Token};
use crate::sql::{
    SqlError,
    ast::{Ident, Span},
};

/// Nesting of expressions, queries and types at most. People write little of it, but their macros put
/// a hundred `REPLACE` around a column.
const MAX_DEPTH: usize = 250;

/// The stack that all that goes through a tree of that depth needs, without optimisation too.
pub const STACK_BYTES: usize = 64 * 1024 * 1024;

/// A node, or what is wrong with it.
pub(super) type Parsed<T> = Result<T, SqlError>;

/// Reads tokens one after the other.
pub(super) struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    /// The longest way down the trees that were read since it was last set to 0.
    pub height: usize,
    /// The loops and blocks of a script around the next token, innermost last.
    pub around: Vec<Around>,
    /// Mistakes behind which the reading went on.
    pub errors: Vec<SqlError>,
}

/// A loop or block of a script.
pub(super) struct Around {
    pub label: Option<Ident>,
    pub is_loop: bool,
}

impl Parser {
    pub fn new(tokens: Vec<Placed>, errors: Vec<SqlError>) -> Self {
        Self { tokens, at: 0, depth: 0, height: 0, around: Vec::new(), errors }
    }

    /// The token `ahead` of the next one.
    pub fn peek(&self, ahead: usize) -> &Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + ahead).min(last)].token
    }

    /// Where the next token stands.
    pub fn here(&self) -> Span {
        self.tokens[self.at].span
    }

    /// Where the token `ahead` of the next one stands.
    pub fn place(&self, ahead: usize) -> Span {
        self.tokens[(self.at + ahead).min(self.tokens.len() - 1)].span
    }

    /// From a place to the last token that was taken.
    pub fn since(&self, start: Span) -> Span {
        match self.at.checked_sub(1) {
            Some(last) => start.to(self.tokens[last].span),
            None => start,
        }
    }

    /// Whether the tokens so far ahead follow each other without a blank.
    pub fn touches(&self, ahead: usize) -> bool {
        self.place(ahead).end == self.place(ahead + 1).start
    }

    /// How many tokens are taken.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Takes the next token.
    pub fn next(&mut self) -> Token {
        let token = self.tokens[self.at].token.clone();
        self.skip();
        token
    }

    /// Goes over the next token.
    pub fn skip(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    /// Whether nothing is left.
    pub fn is_end(&self) -> bool {
        *self.peek(0) == Token::End
    }

    /// Whether the token so far ahead is this keyword.
    pub fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek(ahead), Token::Word(text) if text.eq_ignore_ascii_case(word))
    }

    /// Whether the next token is this keyword.
    pub fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    /// Whether the next token is one of these keywords.
    pub fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// Whether the next tokens are these keywords.
    pub fn are_words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.is_word_at(ahead, word))
    }

    /// Takes a keyword, if it is next.
    pub fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        if is_next {
            self.skip();
        }
        is_next
    }

    /// Takes keywords, if all are next.
    pub fn take_words(&mut self, words: &[&str]) -> bool {
        let are_next = self.are_words(words);
        if are_next {
            words.iter().for_each(|_| self.skip());
        }
        are_next
    }

    /// Takes a keyword.
    pub fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    /// Whether the token so far ahead is this sign.
    pub fn is_sign_at(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.peek(ahead), Token::Sign(found) if *found == sign)
    }

    /// Whether the next token is this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.is_sign_at(0, sign)
    }

    /// Takes a sign, if it is next.
    pub fn take_sign(&mut self, sign: &str) -> bool {
        let is_next = self.is_sign(sign);
        if is_next {
            self.skip();
        }
        is_next
    }

    /// Takes a sign.
    pub fn expect_sign(&mut self, sign: &'static str) -> Parsed<()> {
        // `>>` ends two types.
        if sign == ">" && self.is_sign(">>") {
            let span = self.here();
            let second = Span { start: span.start + 1, column: span.column + 1, ..span };
            self.tokens[self.at] = Placed { token: Token::Sign(">"), span: second };
            return Ok(());
        }
        if self.take_sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    /// The error at the next token, which is not what should be there.
    pub fn expected(&self, what: &str) -> SqlError {
        let message = format!("expected {what}, found {}", self.peek(0).shown());
        SqlError::at("sql-syntax", message, self.here())
    }

    /// An error at a place.
    pub fn error(&self, message: impl Into<String>, span: Span) -> SqlError {
        SqlError::at("sql-syntax", message, span)
    }

    /// What stands one level deeper.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("expressions are nested more than {MAX_DEPTH} deep");
            return Err(SqlError::at("sql-depth", message, self.here()));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// What stands in parentheses.
    pub fn in_parentheses<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.expect_sign("(")?;
        let inner = read(self)?;
        self.expect_sign(")")?;
        Ok(inner)
    }

    /// Goes over what stands in brackets, with them.
    pub fn over_brackets(&mut self) -> Parsed<()> {
        let mut open = 0usize;
        loop {
            match self.peek(0) {
                Token::Sign("(" | "[" | "{") => open += 1,
                Token::Sign(")" | "]" | "}") if open > 0 => open -= 1,
                Token::End => return Err(self.expected("a closing bracket")),
                _ if open == 0 => return Err(self.expected("`(`")),
                _ => {}
            }
            self.skip();
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Whether a name that is no reserved keyword stands so far ahead.
    pub fn is_name_at(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            Token::Quoted(_) => true,
            Token::Word(word) => !super::keywords::is_reserved(word),
            _ => false,
        }
    }

    /// Items with commas between, at least one.
    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![read(self)?];
        while self.take_sign(",") {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// Notes a mistake, and goes on where one of these keywords or signs, a semicolon or the end
    /// stands outside parentheses.
    pub fn recover(&mut self, error: SqlError, words: &[&str], signs: &[&str]) {
        self.errors.push(error);
        let mut open = 0usize;
        while !self.is_end() {
            let stops = match self.peek(0) {
                Token::Sign(";") => true,
                Token::Sign("(" | "[") => {
                    open += 1;
                    false
                }
                Token::Sign(")" | "]") if open > 0 => {
                    open -= 1;
                    false
                }
                Token::Sign(sign) => open == 0 && signs.contains(sign),
                Token::Word(_) => open == 0 && self.is_any(words),
                _ => false,
            };
            if stops {
                return;
            }
            self.skip();
        }
    }

    /// A name: a word that is no reserved keyword, or one in backticks.
    pub fn ident(&mut self, what: &str) -> Parsed<Ident> {
        let span = self.here();
        match self.peek(0) {
            Token::Quoted(name) => {
                let value = name.clone();
                self.skip();
                Ok(Ident { value, span, quoted: true })
            }
            Token::Word(name) if !super::keywords::is_reserved(name) => {
                let value = name.clone();
                self.skip();
                Ok(Ident { value, span, quoted: false })
            }
            Token::Word(word) if ["an alias", "a column", "a name"].contains(&what) => {
                let mut error = self.expected(what);
                error.help = Some(format!("`{word}` is a reserved word: a name needs backticks"));
                Err(error)
            }
            _ => Err(self.expected(what)),
        }
    }

    /// A name behind a dot, where keywords are names too.
    pub fn member(&mut self) -> Parsed<Ident> {
        let span = self.here();
        match self.peek(0) {
            Token::Quoted(name) | Token::Word(name) => {
                let quoted = matches!(self.peek(0), Token::Quoted(_));
                let value = name.clone();
                self.skip();
                Ok(Ident { value, span, quoted })
            }
            // `value.1`, and `value. 1`.
            Token::Number(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let value = digits.clone();
                self.skip();
                Ok(Ident { value, span, quoted: false })
            }
            _ => Err(self.expected("a name")),
        }
    }

    /// `AS alias`, or `alias` alone where no clause can begin with it.
    pub fn alias(&mut self, keywords: &[&str]) -> Parsed<Option<Ident>> {
        if self.take_word("AS") {
            return self.ident("an alias").map(Some);
        }
        let is_name = match self.peek(0) {
            Token::Quoted(_) => true,
            Token::Word(word) => {
                !super::keywords::is_reserved(word)
                    && !keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
            }
            _ => false,
        };
        if is_name { self.ident("an alias").map(Some) } else { Ok(None) }
    }
}
