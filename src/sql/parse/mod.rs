//! Reading GoogleSQL: text → tokens → tree.
//!
//! A parser by recursive descent over the tokens of its own lexer. Every node has its place, nesting
//! has a limit, and behind a mistake in a statement or an item of a SELECT list the reading goes on,
//! so that all of them are found.

mod calls;
mod cursor;
mod definitions;
mod escapes;
mod expressions;
mod keywords;
mod lexer;
mod pipes;
mod primary;
mod queries;
mod routines;
mod scripts;
mod select;
mod statements;
mod tables;
mod token;
mod types;
mod windows;

pub use cursor::STACK_BYTES;
use cursor::{Parsed, Parser};

use super::{
    SqlError,
    ast::{DataType, Expr, Query, Span, Spanned, Statement, StatementKind},
};

/// Statements separated by semicolons.
///
/// # Errors
/// All mistakes, in the order of the text.
pub(crate) fn statements(sql: &str) -> Result<Vec<Statement>, Vec<SqlError>> {
    let mut parser = parser(sql).map_err(|error| vec![error])?;
    let statements = parser.statements();
    if parser.errors.is_empty() {
        return Ok(statements);
    }
    // Those of the lexer came first.
    parser.errors.sort_by_key(|error| (error.line, error.column));
    Err(parser.errors)
}

/// Reads statements without translating them, and counts those that stand in no other one.
///
/// # Errors
/// All mistakes, in the order of the text.
pub fn count_statements(sql: &str) -> Result<usize, Vec<SqlError>> {
    statements(sql).map(|statements| statements.len())
}

/// Whether a text that is being typed ends its last statement: a semicolon stands outside of
/// literals, comments and blocks of scripts. What is wrong in another way is complete too.
pub fn is_complete(sql: &str) -> bool {
    let is_open = |error: &SqlError| {
        let ends = ["a comment has no end", "a literal has no end: expected `\"\"\"`"];
        ends.iter()
            .chain(&["a literal has no end: expected `\'\'\'`"])
            .any(|end| error.message.starts_with(end))
    };
    let tokens = match lexer::tokens(sql) {
        Ok((tokens, _)) => tokens,
        Err(error) => return !is_open(&error),
    };
    let [.., last, _] = tokens.as_slice() else { return false };
    if last.token != token::Token::Sign(";") {
        return false;
    }
    let is_at_end = |error: &SqlError| error.message.ends_with("found the end");
    !statements(sql).is_err_and(|errors| errors.iter().any(is_at_end))
}

/// One query and nothing else.
///
/// # Errors
/// All mistakes, in the order of the text.
pub(crate) fn query(sql: &str) -> Result<Query, Vec<SqlError>> {
    let mut statements = statements(sql)?;
    let message = match statements.len() {
        0 => "expected a query, found nothing".to_owned(),
        1 => "expected a query, found another statement".to_owned(),
        count => format!("expected one query, found {count} statements"),
    };
    let span = statements.get(1).or(statements.first()).map(Spanned::span);
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement { kind: StatementKind::Query(query), .. }), true) => Ok(*query),
        _ => Err(vec![SqlError::at("sql-syntax", message, span.unwrap_or(START))]),
    }
}

/// One expression.
///
/// # Errors
/// All mistakes, in the order of the text.
pub(super) fn expression(sql: &str) -> Result<Expr, Vec<SqlError>> {
    whole(sql, "the end of the expression", Parser::expression)
}

/// A type.
///
/// # Errors
/// What is no type.
pub(crate) fn data_type(text: &str) -> Result<DataType, SqlError> {
    let mut wrong = match whole(text, "the end of the type", Parser::data_type) {
        Ok(data_type) => return Ok(data_type),
        Err(wrong) => wrong,
    };
    Err(wrong.swap_remove(0))
}

const START: Span = Span { start: 0, end: 0, line: 1, column: 1 };

fn parser(sql: &str) -> Result<Parser, SqlError> {
    if u32::try_from(sql.len()).is_err() {
        return Err(SqlError::at("sql-syntax", "a statement is longer than 4 GB", START));
    }
    let (tokens, errors) = lexer::tokens(sql)?;
    Ok(Parser::new(tokens, errors))
}

fn whole<T>(
    sql: &str,
    end: &str,
    read: impl FnOnce(&mut Parser) -> Parsed<T>,
) -> Result<T, Vec<SqlError>> {
    let mut parser = parser(sql).map_err(|error| vec![error])?;
    let node = read(&mut parser);
    let node = match node {
        Ok(node) if parser.is_end() => Some(node),
        Ok(_) => {
            parser.errors.push(parser.expected(end));
            None
        }
        Err(error) => {
            parser.errors.push(error);
            None
        }
    };
    match node {
        Some(node) if parser.errors.is_empty() => Ok(node),
        _ => Err(parser.errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::ast::{Body, ExprKind, SelectItem, for_each_expression};

    /// The tree of an expression in parentheses.
    fn shape(expression: &Expr) -> String {
        match &expression.kind {
            ExprKind::Binary(left, operator, right) => {
                format!("({} {} {})", shape(left), operator.symbol(), shape(right))
            }
            ExprKind::Unary(operator, value) => format!("({} {})", operator.symbol(), shape(value)),
            ExprKind::Is { value, test, negated } => {
                format!("({} is {test:?}{})", shape(value), if *negated { " not" } else { "" })
            }
            ExprKind::Between { value, low, high, .. } => {
                format!("({} between {} {})", shape(value), shape(low), shape(high))
            }
            ExprKind::InList { value, items, .. } => {
                let items: Vec<String> = items.iter().map(shape).collect();
                format!("({} in {})", shape(value), items.join(" "))
            }
            ExprKind::Path(parts) => {
                let parts: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
                parts.join(".")
            }
            ExprKind::Number(text) => text.clone(),
            ExprKind::Nested(inner) => shape(inner),
            ExprKind::Field(value, name) => format!("({} . {name})", shape(value)),
            ExprKind::Subscript(value, how, index) => {
                format!("({} [{how:?} {}])", shape(value), shape(index))
            }
            ExprKind::Call(call) => {
                let arguments: Vec<String> =
                    call.arguments.iter().map(|argument| shape(&argument.value)).collect();
                format!("{}({})", call.name, arguments.join(" "))
            }
            other => format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn operators_bind_by_their_precedence() {
        for (sql, expected) in [
            ("a or b and c", "(a OR (b AND c))"),
            ("not a = b and c", "((NOT (a = b)) AND c)"),
            ("a + b * c - d", "((a + (b * c)) - d)"),
            ("a || b + c", "((a || b) + c)"),
            ("a | b & c << d + e", "(a | (b & (c << (d + e))))"),
            ("- a.b + ~c", "((- a.b) + (~ c))"),
            ("a between b + 1 and c and d", "((a between (b + 1) c) AND d)"),
            ("a in (1, 2) or b is not null", "((a in 1 2) OR (b is Null not))"),
            ("a.b[offset(0)].c", "((a.b [Offset 0]) . c)"),
            ("f(x).g", "(f(x) . g)"),
            ("(x).upper().(safe.substr)(2)", "substr(upper(x) 2)"),
            ("-9223372036854775808", "-9223372036854775808"),
        ] {
            let read = expression(sql).map(|read| shape(&read));
            assert_eq!(read.as_deref(), Ok(expected), "{sql}");
        }
    }

    #[test]
    fn a_semicolon_ends_a_statement_outside_of_literals_and_blocks() {
        for sql in [
            "select 1;",
            "select 1; -- so\n",
            "begin select 1; end;",
            "selec 1;",
            "select 'a;",
            ";",
        ] {
            assert!(is_complete(sql), "{sql}");
        }
        for sql in [
            "",
            "-- select 1;",
            "select 1",
            "select ';'",
            "select \"\"\"a;",
            "select 1 /* ; */",
            "select 1 /* ;",
            "begin select 1;",
            "if true then select 1; end",
            "create procedure p() begin loop break; end loop;",
        ] {
            assert!(!is_complete(sql), "{sql}");
        }
    }

    #[test]
    fn mistakes_are_told_at_their_place() {
        let shown = |sql: &str| match statements(sql) {
            Ok(_) => "nothing".to_owned(),
            Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        };
        for (sql, expected) in [
            ("select a < b < c", "comparisons cannot be chained (line 1, column 14)"),
            ("select 1 as select", "expected an alias, found `select` (line 1, column 13)"),
            ("select f(1", "expected `)`, found the end (line 1, column 11)"),
            (
                "select a b c, d +, e from t where",
                "expected the end of the statement, found `c` (line 1, column 12)",
            ),
            (
                "select a +, b from t; selec 1; select * from u limit 1, 2",
                "expected an expression, found `,` (line 1, column 11); expected a statement: SELECT, INSERT, CREATE, …, found `selec` (line 1, column 23); expected OFFSET or the end of the query, found `,` (line 1, column 55)",
            ),
            (
                "select 1 union all select 2 except distinct select 3",
                "different set operations in one query (line 1, column 29)",
            ),
            ("break", "`break` stands in no loop (line 1, column 1)"),
            ("a: loop break b; end loop", "no loop around has the label `b` (line 1, column 15)"),
            ("a: loop break a; end loop c", "expected the label `a` (line 1, column 27)"),
        ] {
            assert_eq!(shown(sql), expected, "{sql}");
        }
    }

    /// What is written at an expression's place is the expression.
    #[test]
    fn places_hold_what_stands_there() {
        let sql = "select f(a + 1, [b, -c.d], struct(1 as x, 'é' as y)) over (order by z), \
                   case when p in (1, 2) then q || 'x' else r[offset(0)].s end, \
                   cast(t as array<struct<a int64, string>>), (u).v, w not like any ('a%', x)";
        let query = query(sql).expect("a query");
        let Body::Select(select) = &query.body else { panic!("a SELECT") };
        let mut seen = 0;
        for item in &select.items {
            let SelectItem::Expr(item, _) = item else { panic!("an expression") };
            for_each_expression(item, &mut |part| {
                let text = &sql[part.span.start as usize..part.span.end as usize];
                let again = expression(text).expect("an expression");
                assert_eq!(shape(&again), shape(part), "{text}");
                seen += 1;
            });
        }
        assert!(seen > 25, "{seen}");
    }

    proptest::proptest! {
        /// Any words in any order are read or refused, in time that grows with their number.
        #[test]
        fn any_words_are_answered(words in proptest::collection::vec(
            "select|from|where|group|by|having|join|on|left|union|all|with|as|recursive|\\(|\\)|,|\\[|\\]|<|>|struct|array|case|when|then|end|in|not|like|between|is|null|cast|unnest|over|rows|interval|day|\\|>|aggregate|pivot|for|create|table|insert|values|a|t\\.b|1|'x'|\\*|=|\\+|-|;|begin|if|=>|->|@|\\.",
            0..60,
        )) {
            let sql = words.join(" ");
            let _ = statements(&sql);
            let _ = expression(&sql);
            let _ = data_type(&sql);
        }

        /// Nesting of any kind is read or refused, not an overflow of the stack.
        #[test]
        fn nesting_is_limited(
            open in "\\(|\\[|case when |not |- |select \\(|array<|struct\\(|f\\(|\\(\\(select |with\\(a as |a in \\(|exists \\(select |from \\(select ",
            depth in 1usize..300,
        ) {
            let read = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
                let _ = statements(&format!("select {}1", open.repeat(depth)));
                let _ = statements(&open.repeat(depth));
            });
            proptest::prop_assert!(read.expect("a thread").join().is_ok());
        }
    }
}
