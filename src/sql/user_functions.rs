//! Functions of users: bodies and calls
//! (<https://cloud.google.com/bigquery/docs/user-defined-functions>). The engine's counterpart of a
//! function is a macro, whose expression stands in the place of each call.

use super::{
    FunctionType, Schemas, SqlError,
    ast::{Call, Expr, Spanned},
    bindings::has_subquery,
    parse,
    scope::Scope,
    temporary_functions::engine_name,
    translate::{Translator, Typed},
    types::{Type, quote},
};

/// What the names of arguments begin with in the engine: a macro's argument goes before the columns of
/// queries in its body, GoogleSQL's behind.
pub(super) const ARGUMENT_PREFIX: &str = "__arg_";

/// Namespaces of GoogleSQL's own functions.
const NAMESPACES: [&str; 10] = [
    "NET",
    "D3A_COUNT",
    "KEYS",
    "AEAD",
    "HLL_COUNT",
    "KLL_QUANTILES",
    "ML",
    "AI",
    "BQ",
    "VECTOR_INDEX",
];

/// What gives another value each time.
const VOLATILE: [&str; 3] = ["random()", "uuid()", "gen_random_uuid()"];

/// A function in the engine's SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranslatedFunction {
    /// Names and types of its arguments.
    pub arguments: Vec<(String, String)>,
    /// The type of what it gives.
    pub returns: String,
    /// The expression.
    pub body: String,
    /// Whether it asks tables.
    pub has_query: bool,
}

/// Translates a function whose body is an expression over its arguments.
///
/// # Errors
/// Every mistake and everything not supported, by name and place.
pub fn translate_function(
    body: &str,
    arguments: &[(&str, &str)],
    returns: &str,
    schemas: &dyn Schemas,
) -> Result<TranslatedFunction, Vec<SqlError>> {
    let mut translator = Translator::new(body, schemas);
    let mut lowered = Vec::new();
    for (name, data_type) in arguments {
        let kind =
            Type::parse(data_type).map_err(|error| vec![of_argument(name, data_type, error)])?;
        let own = format!("{ARGUMENT_PREFIX}{name}");
        lowered.push((own.clone(), kind.duckdb().unwrap_or_default()));
        translator.bind_argument(name, Typed::new(format!("({})", quote(&own)), kind));
    }
    let returned = Type::parse(returns).map_err(|error| {
        vec![SqlError { message: format!("`returns`: {}", error.message), ..error }]
    })?;
    let expression = parse::expression(body).map_err(|mut errors| {
        let first = body.trim_start().get(..6).unwrap_or_default();
        if let Some(error) = errors.first_mut().filter(|_| first.eq_ignore_ascii_case("select")) {
            error.message = "the body of a function is an expression, not a query".to_owned();
            error.help = Some("put the query in parentheses".to_owned());
            errors.truncate(1);
        }
        errors
    })?;
    translator.scopes.push(Scope::default());
    let value = translator.expression(&expression);
    let sql = translator.declared_as(&value, &returned, "the function gives", &expression);
    translator.finish(TranslatedFunction {
        arguments: lowered,
        returns: returned.duckdb().unwrap_or_default(),
        body: sql,
        has_query: has_subquery(&expression),
    })
}

fn of_argument(name: &str, data_type: &str, error: SqlError) -> SqlError {
    if data_type.trim_start().to_ascii_uppercase().starts_with("ANY ") {
        let message = format!(
            "argument `{name}`: type `{data_type}` is not supported on the embedded engine"
        );
        let help = "give the argument one type".to_owned();
        return SqlError { code: "unsupported-type", message, help: Some(help), ..error };
    }
    SqlError { message: format!("argument `{name}`: {}", error.message), ..error }
}

impl Translator<'_> {
    /// A call of a user's function; none where the name is no user's.
    pub fn user_function(&mut self, call: &Call, place: &Expr) -> Option<Typed> {
        let parts = call.name.names();
        if let [name] = parts.as_slice() {
            let declared = self.temporary_function(name)?;
            return Some(self.checked_call(name, &engine_name(name), &declared, call, place));
        }
        if parts.len() < 2
            || parts.len() == 2
                && NAMESPACES.iter().any(|known| known.eq_ignore_ascii_case(&parts[0]))
        {
            return None;
        }
        let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
        let shown = parts.join(".");
        let Some(declared) = self.schemas.function(&borrowed) else {
            let message = format!("function `{shown}` is not in the warehouse");
            let help = "`elt build` builds the functions of a project before what calls them";
            return Some(self.refuse("missing-function", message, place, Some(help)));
        };
        let name = parts.iter().map(|part| quote(part)).collect::<Vec<_>>().join(".");
        Some(self.checked_call(&shown, &name, &declared, call, place))
    }

    /// A call of a function that is known; `name` is the engine's name of it.
    fn checked_call(
        &mut self,
        shown: &str,
        name: &str,
        declared: &FunctionType,
        call: &Call,
        place: &Expr,
    ) -> Typed {
        if !call.is_plain() || call.arguments.iter().any(|argument| argument.name.is_some()) {
            let message = format!("`{shown}` takes values by their place and nothing else");
            return self.refuse("sql-syntax", message, place, None);
        }
        let given: Vec<&Expr> = call.arguments.iter().map(|argument| &argument.value).collect();
        if given.len() != declared.arguments.len() {
            let message = format!(
                "function `{shown}` takes {} arguments, not {}",
                declared.arguments.len(),
                given.len()
            );
            return self.refuse("wrong-arguments", message, place, None);
        }
        self.call(shown, name, declared, &given)
    }

    fn call(&mut self, shown: &str, name: &str, declared: &FunctionType, given: &[&Expr]) -> Typed {
        let mut values = Vec::new();
        for (expression, (name, data_type)) in given.iter().copied().zip(&declared.arguments) {
            let kind = Type::parse(data_type).unwrap_or_default();
            let value = self.expression(expression);
            let sql =
                self.declared_as(&value, &kind, &format!("argument `{name}` is given"), expression);
            values.push(Typed::new(sql, kind));
        }
        let returns = Type::parse(&declared.returns).unwrap_or_default();
        let call = |texts: &[String]| format!("{name}({})", texts.join(", "));
        if !declared.has_query {
            // The macro's expression may name an argument several times.
            let values: Vec<&Typed> = values.iter().collect();
            return Typed::new(self.bind(&values, call), returns);
        }
        // A query cannot stand where arguments are bound.
        for (value, expression) in values.iter().zip(given.iter().copied()) {
            if VOLATILE.iter().any(|volatile| value.sql.contains(volatile)) {
                let message = format!(
                    "an argument of `{shown}`, whose body asks tables, gives another value each time"
                );
                let help = "compute it in a subquery first";
                return self.refuse("unsupported-syntax", message, expression, Some(help));
            }
        }
        let texts: Vec<String> = values.into_iter().map(|value| value.sql).collect();
        Typed::new(call(&texts), returns)
    }

    /// A value as BigQuery coerces it to a type, or the refusal
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion>).
    pub(super) fn declared_as(
        &mut self,
        value: &Typed,
        to: &Type,
        said: &str,
        place: &impl Spanned,
    ) -> String {
        if value.kind == *to {
            return value.sql.clone();
        }
        let is_text = value.sql.starts_with('\'');
        let is_moment =
            matches!(to, Type::Date | Type::DateTime | Type::Timestamp | Type::Time | Type::Bytes);
        let is_coerced = match (&value.kind, to) {
            (Type::String, _) if is_text && is_moment => true,
            (Type::Unknown | Type::Null, _) | (_, Type::Unknown) => true,
            (Type::Int64, Type::Float64 | Type::Numeric | Type::BigNumeric)
            | (Type::Numeric, Type::Float64 | Type::BigNumeric)
            | (Type::BigNumeric, Type::Float64)
            | (Type::Date, Type::DateTime | Type::Timestamp)
            | (Type::DateTime, Type::Timestamp) => true,
            (Type::Float64, Type::Numeric | Type::BigNumeric) => {
                super::bind::is_plain(&value.sql) && !value.sql.starts_with('"')
            }
            (Type::Array(_) | Type::Struct(_), to) => !value.kind.clashes(to),
            _ => false,
        };
        if !is_coerced {
            let message = format!("{said} {}, declared is {}", value.kind.google(), to.google());
            self.refuse("wrong-type", message, place, Some("use CAST"));
            return "NULL".to_owned();
        }
        self.convert(value, to, false)
    }
}
