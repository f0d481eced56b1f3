//! Reading GoogleSQL with sqlparser.

use sqlparser::{
    ast::{DataType, Expr, Statement},
    dialect::BigQueryDialect,
    parser::{Parser, ParserError},
};

use super::SqlError;

/// Nesting of expressions and queries at most; far above what people write, and the parser's stack
/// stays small.
const MAX_DEPTH: usize = 60;

fn parser() -> Parser<'static> {
    Parser::new(&BigQueryDialect {}).with_recursion_limit(MAX_DEPTH)
}

/// Statements separated by semicolons.
pub fn statements(sql: &str) -> Result<Vec<Statement>, SqlError> {
    parser()
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(syntax_error)
}

/// One expression.
pub fn expression(sql: &str) -> Result<Expr, SqlError> {
    let mut parser = parser().try_with_sql(sql).map_err(syntax_error)?;
    let parsed = parser.parse_expr().map_err(syntax_error)?;
    match parser.peek_token().token {
        sqlparser::tokenizer::Token::EOF => Ok(parsed),
        _ => {
            let token = parser.peek_token();
            let message = format!("expected the end of the expression, found `{}`", token.token);
            Err(SqlError::at("sql-syntax", message, token.span))
        }
    }
}

/// A data type.
pub fn data_type(text: &str) -> Result<DataType, SqlError> {
    let mut parser = parser().try_with_sql(text).map_err(syntax_error)?;
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
