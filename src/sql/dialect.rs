//! sqlparser's BigQuery dialect with what it lacks.

use std::any::TypeId;

use sqlparser::{
    ast::Statement,
    dialect::{BigQueryDialect, Dialect},
    keywords::Keyword,
    parser::{Parser, ParserError},
};

/// GoogleSQL: everything of [`BigQueryDialect`], and the shift operators.
#[derive(Debug)]
pub struct GoogleSqlDialect;

/// Answers of the dialect below.
macro_rules! as_bigquery {
    ($($name:ident),* $(,)?) => {
        $(fn $name(&self) -> bool {
            BigQueryDialect.$name()
        })*
    };
}

impl Dialect for GoogleSqlDialect {
    // The parser asks for a dialect by its type in places.
    fn dialect(&self) -> TypeId {
        BigQueryDialect.dialect()
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn parse_statement(&self, parser: &mut Parser) -> Option<Result<Statement, ParserError>> {
        BigQueryDialect.parse_statement(parser)
    }

    fn is_identifier_start(&self, c: char) -> bool {
        BigQueryDialect.is_identifier_start(c)
    }

    fn is_identifier_part(&self, c: char) -> bool {
        BigQueryDialect.is_identifier_part(c)
    }

    fn is_delimited_identifier_start(&self, c: char) -> bool {
        BigQueryDialect.is_delimited_identifier_start(c)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        BigQueryDialect.identifier_quote_style(identifier)
    }

    fn is_column_alias(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        BigQueryDialect.is_column_alias(keyword, parser)
    }

    as_bigquery!(
        supports_projection_trailing_commas,
        supports_column_definition_trailing_commas,
        supports_triple_quoted_string,
        supports_window_function_null_treatment_arg,
        supports_string_literal_backslash_escape,
        supports_window_clause_named_window_reference,
        supports_parenthesized_set_variables,
        supports_select_wildcard_except,
        require_interval_qualifier,
        supports_struct_literal,
        supports_select_expr_star,
        supports_from_first_select,
        supports_execute_immediate,
        supports_table_versioning,
        supports_group_by_expr,
        supports_pipe_operator,
        supports_create_table_multi_schema_info_sources,
        supports_select_wildcard_replace,
        supports_comma_separated_trim,
    );
}
