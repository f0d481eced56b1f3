//! `CREATE TEMP FUNCTION`: functions of one script, for instance of a model's `sql_header`
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#create_function_statement>).
//! The engine's counterpart is a temporary macro of the connection.

use super::{
    FunctionType,
    ast::{CreateFunction, Statement},
    bindings::has_subquery,
    scope::Scope,
    translate::{Translator, Typed},
    types::{Type, quote},
    user_functions::ARGUMENT_PREFIX,
};

/// What the names of temporary functions begin with in the engine, so that none hides a function of
/// the engine's own.
const PREFIX: &str = "__temp_";

/// The engine's name of a temporary function. As in BigQuery, names of functions have no case.
pub(super) fn engine_name(name: &str) -> String {
    quote(&format!("{PREFIX}{}", name.to_lowercase()))
}

/// Whether the engine's SQL calls a temporary function.
pub fn is_temporary_call(sql: &str) -> bool {
    sql.contains(&format!("\"{PREFIX}"))
}

/// The statement that drops a temporary function.
pub fn drop_temporary_function(name: &str) -> String {
    format!("DROP MACRO IF EXISTS temp.{}", engine_name(name))
}

impl Translator<'_> {
    /// A temporary function of this script, or of an earlier one in the session.
    pub fn temporary_function(&self, name: &str) -> Option<FunctionType> {
        let own = self.temporary_functions.iter().rev();
        let found = own.clone().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, declared)| declared.clone()).or_else(|| self.schemas.function(&[name]))
    }

    /// CREATE FUNCTION; only temporary ones are made by statements.
    pub fn create_function(&mut self, create: &CreateFunction, statement: &Statement) -> String {
        let head = &create.create;
        if let Some((clause, span)) = head.clauses.first() {
            let message = format!("a function in {clause} is not supported on the embedded engine");
            let help = "write its body in SQL: `AS (expression)`";
            self.refuse("unsupported-syntax", message, span, Some(help));
            return String::new();
        }
        if !head.temporary {
            let message = "statement `CREATE FUNCTION …` is not supported on the embedded engine";
            let help =
                "write a temporary function, or a function of the project: a file in `functions`";
            self.refuse("unsupported-syntax", message, statement, Some(help));
            return String::new();
        }
        let parts = head.name.names();
        let ([name], Some(body)) = (parts.as_slice(), &create.body) else {
            let message = "a temporary function has a name without a dataset";
            self.refuse("sql-syntax", message, &head.name, None);
            return String::new();
        };
        let (mut arguments, mut texts) = (Vec::new(), Vec::new());
        let bound = self.bindings.len();
        for (argument, data_type) in &create.arguments {
            let kind = match data_type.as_ref().map(Type::from_ast) {
                None => {
                    let name = &argument.value;
                    let message = format!(
                        "argument `{name}`: type `ANY TYPE` is not supported on the embedded engine"
                    );
                    let help = "give the argument one type";
                    self.refuse("unsupported-type", message, argument, Some(help));
                    Type::Unknown
                }
                Some(Ok(kind)) => kind,
                Some(Err(error)) => {
                    self.errors.push(error);
                    Type::Unknown
                }
            };
            let own = quote(&format!("{ARGUMENT_PREFIX}{}", argument.value));
            arguments.push((argument.value.clone(), kind.google()));
            self.bind_argument(&argument.value, Typed::new(format!("({own})"), kind));
            texts.push(own);
        }
        self.scopes.push(Scope::default());
        let value = self.expression(body);
        let (sql, returns) = match create.returns.as_ref().map(Type::from_ast) {
            None => (value.sql, value.kind),
            Some(Ok(returns)) => {
                (self.declared_as(&value, &returns, "the function gives", body), returns)
            }
            Some(Err(error)) => {
                self.errors.push(error);
                (value.sql, value.kind)
            }
        };
        self.scopes.pop();
        self.bindings.truncate(bound);
        let declared =
            FunctionType { arguments, returns: returns.google(), has_query: has_subquery(body) };
        self.temporary_functions.push((name.clone(), declared));
        let macro_name = engine_name(name);
        format!("CREATE OR REPLACE TEMP MACRO {macro_name}({}) AS ({sql})", texts.join(", "))
    }
}
