//! Reading GoogleSQL with sqlparser.

use sqlparser::{
    ast::{DataType, Expr, Query, Spanned, Statement},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan},
};

use super::{
    SqlError, by_name::by_name, dialect::GoogleSqlDialect, lexer, typed_arrays::typed_arrays,
};

/// Nesting of expressions and queries at most; far above what people write, and the parser's stack
/// stays small.
const MAX_DEPTH: usize = 60;

/// Operators in one chain (`a + b + c`, `q union all q`) at most. The parser reads a chain in a loop,
/// but its tree is as deep as the chain is long, and what walks the tree does so by recursion.
const MAX_CHAIN: usize = 3_000;

fn parser(sql: &str) -> Result<Parser<'static>, SqlError> {
    let tokens = by_name(typed_arrays(lexer::tokens(sql)?))?;
    refuse_long_chains(&tokens)?;
    let parser = Parser::new(&GoogleSqlDialect).with_recursion_limit(MAX_DEPTH);
    Ok(parser.with_tokens_with_locations(tokens))
}

/// Counts operators between commas, and set operators between parentheses.
fn refuse_long_chains(tokens: &[TokenWithSpan]) -> Result<(), SqlError> {
    let mut levels = vec![(0, 0)];
    for token in tokens {
        let Some((operators, set_operators)) = levels.last_mut() else { return Ok(()) };
        let counted = match &token.token {
            Token::Comma => {
                *operators = 0;
                continue;
            }
            Token::SemiColon => {
                (*operators, *set_operators) = (0, 0);
                continue;
            }
            Token::LParen => {
                levels.push((0, 0));
                continue;
            }
            Token::RParen | Token::RBracket => {
                // One too many is the parser's to tell.
                if levels.len() > 1 {
                    levels.pop();
                }
                continue;
            }
            Token::Word(word) => match word.keyword {
                Keyword::UNION | Keyword::INTERSECT | Keyword::EXCEPT => set_operators,
                Keyword::AND | Keyword::OR | Keyword::IS | Keyword::LIKE | Keyword::COLLATE => {
                    operators
                }
                _ => continue,
            },
            Token::Whitespace(_)
            | Token::Period
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_) => continue,
            _ => operators,
        };
        *counted += 1;
        if *counted > MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} operators in one chain");
            return Err(SqlError::at("sql-depth", message, token.span));
        }
        if token.token == Token::LBracket {
            levels.push((0, 0));
        }
    }
    Ok(())
}

/// Statements separated by semicolons.
pub fn statements(sql: &str) -> Result<Vec<Statement>, SqlError> {
    parser(sql)?.parse_statements().map_err(syntax_error)
}

/// One query and nothing else.
pub fn query(sql: &str) -> Result<Query, SqlError> {
    let mut statements = statements(sql)?;
    let message = match statements.len() {
        0 => "expected a query, found nothing".to_owned(),
        1 => "expected a query, found another statement".to_owned(),
        count => format!("expected one query, found {count} statements"),
    };
    let span = statements.get(1).or(statements.first()).map(Spanned::span);
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => Ok(*query),
        _ => {
            let span = span.unwrap_or_else(sqlparser::tokenizer::Span::empty);
            Err(SqlError::at("sql-syntax", message, span))
        }
    }
}

/// One expression.
pub fn expression(sql: &str) -> Result<Expr, SqlError> {
    let mut parser = parser(sql)?;
    let parsed = parser.parse_expr().map_err(syntax_error)?;
    match parser.peek_token().token {
        Token::EOF => Ok(parsed),
        _ => {
            let token = parser.peek_token();
            let message = format!("expected the end of the expression, found `{}`", token.token);
            Err(SqlError::at("sql-syntax", message, token.span))
        }
    }
}

/// A data type.
pub fn data_type(text: &str) -> Result<DataType, SqlError> {
    let mut parser = parser(text)?;
    parser.parse_data_type().map_err(syntax_error)
}

fn syntax_error(error: ParserError) -> SqlError {
    let (message, code) = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            (message, "sql-syntax")
        }
        ParserError::RecursionLimitExceeded => {
            (format!("expressions are nested more than {MAX_DEPTH} deep"), "sql-depth")
        }
    };
    // The parser writes its place at the end: "… at Line: 3, Column: 7".
    let place = message.rfind(" at Line: ");
    let (text, line, column) = match place {
        Some(at) => {
            let numbers: Vec<u32> = message[at..]
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|part| part.parse().ok())
                .collect();
            let number = |index: usize| numbers.get(index).copied().unwrap_or(1);
            (message[..at].to_owned(), number(0), number(1))
        }
        None => (message, 1, 1),
    };
    let mut text = text;
    if let Some(first) = text.get(..1) {
        text = format!("{}{}", first.to_ascii_lowercase(), &text[1..]);
    }
    SqlError { code, message: text, line, column, help: None }
}
