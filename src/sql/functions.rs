//! Scalar functions.

use super::{
    aggregates::is_aggregate,
    arguments::Args,
    ast::{Argument, Call, Expr, ExprKind, Ident},
    bindings::has_subquery,
    queries::names_differ,
    translate::{Translator, Typed},
    types::{Type, literal},
};
use crate::diagnostic::did_you_mean;

/// Names that are translated here, for "did you mean".
const KNOWN: [&str; 70] = [
    "ABS",
    "ARRAY_CONCAT",
    "ARRAY_LENGTH",
    "ARRAY_REVERSE",
    "ARRAY_TO_STRING",
    "BYTE_LENGTH",
    "CEIL",
    "CHAR_LENGTH",
    "COALESCE",
    "CONCAT",
    "CONTAINS_SUBSTR",
    "COS",
    "DATE_ADD",
    "DATE_DIFF",
    "DATE_SUB",
    "DATE_TRUNC",
    "DATETIME_DIFF",
    "DIV",
    "ENDS_WITH",
    "EXP",
    "FLOOR",
    "FORMAT",
    "FORMAT_DATE",
    "FORMAT_TIMESTAMP",
    "FROM_HEX",
    "GENERATE_ARRAY",
    "GENERATE_DATE_ARRAY",
    "GENERATE_UUID",
    "GREATEST",
    "IEEE_DIVIDE",
    "IF",
    "IFNULL",
    "INITCAP",
    "INSTR",
    "JSON_QUERY",
    "JSON_QUERY_ARRAY",
    "JSON_VALUE",
    "LEAST",
    "LEFT",
    "LENGTH",
    "LN",
    "LOG",
    "LOWER",
    "LPAD",
    "LTRIM",
    "MD5",
    "MOD",
    "NULLIF",
    "PARSE_DATE",
    "PARSE_JSON",
    "PARSE_TIMESTAMP",
    "POW",
    "REGEXP_CONTAINS",
    "REGEXP_EXTRACT",
    "REGEXP_REPLACE",
    "REPEAT",
    "REPLACE",
    "REVERSE",
    "RIGHT",
    "ROUND",
    "RPAD",
    "RTRIM",
    "SAFE_DIVIDE",
    "SHA256",
    "SPLIT",
    "STARTS_WITH",
    "STRPOS",
    "SUBSTR",
    "TIMESTAMP_DIFF",
    "TIMESTAMP_TRUNC",
];

impl Translator<'_> {
    /// A function call.
    pub fn function(&mut self, call: &Call, place: &Expr) -> Typed {
        if let Some((clause, span)) = &call.clause {
            let message = format!("{clause} in a function call is not supported");
            return self.refuse("unsupported-syntax", message, span, None);
        }
        match call.safe {
            true => self.safe_call(call, place),
            false => self.plain_call(call, place),
        }
    }

    fn plain_call(&mut self, call: &Call, place: &Expr) -> Typed {
        if let Some(typed) = self.user_function(call, place) {
            return typed;
        }
        let name = call.function();
        if let Some(typed) = self.aggregate(&name, call, place) {
            return typed;
        }
        if !call.is_plain() && !is_elsewhere_only(&name) {
            let message = format!("{name} takes values and nothing else");
            return self.refuse("sql-syntax", message, place, None);
        }
        match positional(&name, call) {
            Ok(args) => self.plain_function(&name, &args, place),
            Err(message) => self.refuse("sql-syntax", message, place, None),
        }
    }

    /// A function of plain arguments.
    pub fn plain_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Typed {
        if args.iter().any(|arg| matches!(arg.kind, ExprKind::Lambda(..))) {
            return self.lambda_function(name, args, place);
        }
        let errors_before = self.errors.len();
        if let Some(typed) = self.date_function(name, args, place) {
            return typed;
        }
        if self.errors.len() > errors_before {
            return Typed::new("NULL", Type::Unknown);
        }
        let typed: Vec<Typed> = args
            .iter()
            .map(|arg| match arg.kind {
                // What is not given.
                ExprKind::Default => Typed::new("", Type::Null),
                _ => self.expression(arg),
            })
            .collect();
        if let Some(found) = self.json_function(name, &typed, args, place) {
            return found;
        }
        if self.errors.len() > errors_before {
            return Typed::new("NULL", Type::Unknown);
        }
        if let Some(found) = self.scalar_function(name, &typed, args, place) {
            return found;
        }
        if is_elsewhere_only(name) {
            let message = format!("BigQuery has no function {name}");
            return self.refuse("unknown-function", message, place, None);
        }
        let help = did_you_mean(name, KNOWN);
        self.refuse(
            "unsupported-function",
            format!(
                "function {name} is not supported on the embedded engine with {} arguments",
                args.len()
            ),
            place,
            help.as_deref(),
        )
    }

    /// `SAFE.f(…)`: NULL where `f` fails. Errors of its arguments stay errors, so only what cannot
    /// fail is taken for an argument.
    fn safe_call(&mut self, call: &Call, place: &Expr) -> Typed {
        let name = call.function();
        if is_aggregate(&name) {
            let help = "use SAFE_CAST, SAFE_DIVIDE, or guard with IF";
            let typed = self.plain_call(call, place);
            // Of these it is the sum that fails, not the engine's aggregate.
            let fails_late =
                matches!(name.as_str(), "SUM" | "RANK" | "NTILE" | "COUNT" | "COUNTIF")
                    && matches!(typed.kind, Type::Int64 | Type::Float64);
            if !fails_late {
                let message = format!("the SAFE. prefix on {name} is not supported");
                return self.refuse("unsupported-function", message, place, Some(help));
            }
            // The engine's TRY takes no aggregates.
            let sql = match typed.sql.strip_prefix("CAST(sum(") {
                Some(rest) => format!("TRY_CAST(sum({rest}"),
                None => typed.sql.replacen("googlesql_finite(", "googlesql_finite_or_null(", 1),
            };
            return Typed::new(sql, typed.kind);
        }
        // A pattern that is none fails when the engine reads the query, unless it is a value.
        let is_no_pattern = |argument: &Argument| match &argument.value.kind {
            ExprKind::Text(pattern) if name.starts_with("REGEXP_") => {
                regex::Regex::new(pattern).is_err()
            }
            _ => false,
        };
        let failing = call
            .arguments
            .iter()
            .position(|argument| !cannot_fail(&argument.value) || is_no_pattern(argument));
        if let Some(at) = failing {
            return self.safe_call_of_bound(call, at, place);
        }
        let typed = self.plain_call(call, place);
        if typed.sql.contains("error('") {
            // The engine's TRY takes no `error` in its sight.
            let name = self.fresh("v");
            let sql = format!("TRY(list_transform([0], lambda {name}: {})[1])", typed.sql);
            return Typed::new(sql, typed.kind);
        }
        Typed::new(format!("TRY({})", typed.sql), typed.kind)
    }

    /// A safe call with an argument that can fail: it is computed before, and its value is taken.
    fn safe_call_of_bound(&mut self, call: &Call, at: usize, place: &Expr) -> Typed {
        let argument = &call.arguments[at].value;
        if matches!(argument.kind, ExprKind::Lambda(..))
            || call
                .arguments
                .iter()
                .enumerate()
                .any(|(other, given)| other != at && has_subquery(&given.value))
        {
            let message =
                format!("SAFE.{} takes no subquery or lambda on the embedded engine", call.name);
            let help = "compute its arguments in a subquery in FROM first";
            return self.refuse("unsupported-function", message, argument, Some(help));
        }
        let value = self.expression(argument);
        let name = Ident { value: self.fresh("s"), span: argument.span, quoted: true };
        let mut call = call.clone();
        call.arguments[at].value = Expr::new(ExprKind::Path(vec![name.clone()]), argument.span);
        let bound = Typed::new(name.value.as_str(), value.kind);
        let result = self.bound(&name, bound, |translator| translator.safe_call(&call, place));
        let sql = format!("list_transform([{}], lambda {name}: {})[1]", value.sql, result.sql);
        Typed::new(sql, result.kind)
    }

    /// The values that one of is chosen, or that are joined: structs among them take the field names
    /// of the first. GoogleSQL matches fields by position, the engine by name.
    fn with_the_first_names(&mut self, name: &str, args: &[Typed]) -> Vec<Typed> {
        let chosen = match name {
            "IF" => 1..args.len(),
            "IFNULL" | "COALESCE" | "ARRAY_CONCAT" => 0..args.len(),
            _ => return args.to_vec(),
        };
        let first = args.get(chosen.clone()).unwrap_or_default().iter();
        let Some(kind) = first.map(|arg| &arg.kind).find(|kind| **kind != Type::Null).cloned()
        else {
            return args.to_vec();
        };
        let renamed = |(at, arg): (usize, &Typed)| {
            if !chosen.contains(&at) || !names_differ(&kind, &arg.kind) {
                return arg.clone();
            }
            Typed::new(self.convert(arg, &kind, false), kind.clone())
        };
        args.iter().enumerate().map(renamed).collect()
    }

    fn scalar_function(
        &mut self,
        name: &str,
        args: &[Typed],
        source: &[Expr],
        place: &Expr,
    ) -> Option<Typed> {
        let named = self.with_the_first_names(name, args);
        let args = Args(&named);
        if let Some(found) = self
            .math_function(name, &args, place)
            .or_else(|| self.string_function(name, &args, source, place))
            .or_else(|| self.interval_function(name, &args))
            .or_else(|| self.range_function(name, &args, place))
            .or_else(|| self.array_function(name, &args, place))
        {
            return Some(found);
        }
        match (name, args.len()) {
            ("IF", 3) => {
                let condition = self.truth(args[0].clone(), place, "IF");
                let mut choices = [args[1].clone(), args[2].clone()];
                let kind = self.unify(&mut choices, place);
                let [yes, no] = choices.map(|choice| choice.sql);
                Some(Typed::new(format!("(CASE WHEN {condition} THEN {yes} ELSE {no} END)"), kind))
            }
            ("IFNULL", 2) | ("COALESCE", 1..) => {
                let mut choices = args.to_vec();
                let kind = self.unify(&mut choices, place);
                let texts: Vec<&str> = choices.iter().map(|choice| &*choice.sql).collect();
                Some(Typed::new(format!("coalesce({})", texts.join(", ")), kind))
            }
            ("NULLIF", 2)
                if let Some(refused) = self.refuse_incomparable(&args[0], [&args[1]], place) =>
            {
                Some(refused)
            }
            ("NULLIF", 2) if matches!(args.kind(0), Type::Struct(_) | Type::Float64) => {
                let kind = args.kind(0);
                let sql = self.bind_nested(&[&args[0], &args[1]], |translator, names| {
                    let value = Typed::new(names[0].as_str(), kind.clone());
                    let other = Typed::new(names[1].as_str(), args[1].kind.clone());
                    let equal = translator.equal(&value, &other);
                    format!("(CASE WHEN {equal} THEN NULL ELSE {} END)", value.sql)
                });
                Some(Typed::new(sql, kind))
            }
            ("NULLIF", 2) => {
                let other = args[1].beside(&args.kind(0));
                let (value, other) =
                    (self.coerced(&args[0], &other), self.coerced(&other, &args[0]));
                // Of columns of other queries the engine forgets which field of a struct a bare NULLIF
                // is.
                let sql = format!("coalesce(nullif({}, {}))", value.sql, other.sql);
                Some(Typed::new(sql, value.kind))
            }
            ("GENERATE_UUID", 0) => Some(Typed::new("CAST(uuid() AS VARCHAR)", Type::String)),
            ("GROUPING", 1) => {
                // An alias means the key that it names.
                let key = match source.first() {
                    Some(key) => self.grouped_value(key),
                    None => args.sql(0),
                };
                Some(Typed::new(format!("CAST(grouping({key}) AS BIGINT)"), Type::Int64))
            }
            ("PARSE_NUMERIC" | "PARSE_BIGNUMERIC", 1) => {
                let kind = if name == "PARSE_NUMERIC" { Type::Numeric } else { Type::BigNumeric };
                let text = format!("googlesql_number_text({})", args.sql(0));
                let text = Typed::new(text, Type::String);
                Some(Typed::new(self.convert(&text, &kind, false), kind))
            }
            ("HLL_COUNT.EXTRACT", 1) => Some(Typed::new(
                format!("coalesce(googlesql_sketch_count({}), 0)", args.sql(0)),
                Type::Int64,
            )),
            ("NET.HOST", 1) => args.call("googlesql_host", Type::String),
            ("NET.IP_FROM_STRING", 1) => args.call("googlesql_ip", Type::Bytes),
            ("NET.SAFE_IP_FROM_STRING", 1) => {
                Some(Typed::new(format!("TRY(googlesql_ip({}))", args.sql(0)), Type::Bytes))
            }
            ("NET.IP_TO_STRING", 1) => args.call("googlesql_ip_text", Type::String),
            ("NET.IP_NET_MASK", 2) => args.call("googlesql_ip_mask", Type::Bytes),
            ("NET.IP_TRUNC", 2) => args.call("googlesql_ip_trunc", Type::Bytes),
            ("NET.IPV4_FROM_INT64", 1) => args.call("googlesql_ipv4", Type::Bytes),
            ("NET.IPV4_TO_INT64", 1) => args.call("googlesql_ipv4_number", Type::Int64),
            ("TYPEOF", 1) if args.kind(0) != Type::Unknown => {
                Some(Typed::new(literal(&type_name(&args.kind(0))), Type::String))
            }
            ("ERROR", 1) => args.call("error", Type::Unknown),
            ("STRING", 1) => {
                Some(Typed::new(self.convert(&args[0], &Type::String, false), Type::String))
            }
            _ => None,
        }
    }
}

/// Functions that GoogleSQL has in other products, and BigQuery has not
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all>).
fn is_elsewhere_only(name: &str) -> bool {
    matches!(
        name,
        "ELEMENTWISE_AVG"
            | "ELEMENTWISE_SUM"
            | "IFERROR"
            | "ISERROR"
            | "NULLIFERROR"
            | "ZSTD_COMPRESS"
            | "ZSTD_DECOMPRESS_TO_BYTES"
            | "ZSTD_DECOMPRESS_TO_STRING"
    ) || name.ends_with("_ARRAY")
        && name
            .trim_start_matches("LAX_")
            .strip_suffix("_ARRAY")
            .is_some_and(|kind| JSON_KINDS.contains(&kind))
}

/// Types of elements that only other products read from a JSON array.
const JSON_KINDS: [&str; 10] = [
    "BOOL", "DOUBLE", "FLOAT", "FLOAT32", "FLOAT64", "INT32", "INT64", "STRING", "UINT32", "UINT64",
];

/// What TYPEOF says of a type: fields without a name have none.
fn type_name(kind: &Type) -> String {
    match kind {
        Type::Null => "INT64".to_owned(),
        Type::Array(element) => format!("ARRAY<{}>", type_name(element)),
        Type::Struct(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, kind)| match name.starts_with("_field_") {
                    true => type_name(kind),
                    false => format!("{} {}", field_name(name), type_name(kind)),
                })
                .collect();
            format!("STRUCT<{}>", fields.join(", "))
        }
        kind => kind.google(),
    }
}

/// A field's name as a type shows it: in backticks where it is no plain word.
fn field_name(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { name.to_owned() } else { format!("`{name}`") }
}

/// Whether a value is computed without errors.
fn cannot_fail(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Nested(inner) | ExprKind::Unary(_, inner) => cannot_fail(inner),
        ExprKind::Array(_, items) => items.iter().all(cannot_fail),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Bytes(_)
        | ExprKind::TypedText(..)
        | ExprKind::Path(_)
        | ExprKind::Interval { .. } => true,
        _ => false,
    }
}

/// The names of the arguments that functions take by name, in order; those in small letters only so.
const NAMED: &[(&str, &[&str])] = &[
    ("FLOAT64", &["", "WIDE_NUMBER_MODE"]),
    ("JSON_KEYS", &["", "", "MODE"]),
    ("JSON_STRIP_NULLS", &["", "", "INCLUDE_ARRAYS", "REMOVE_EMPTY"]),
    ("MAKE_INTERVAL", &["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]),
    ("PARSE_JSON", &["", "WIDE_NUMBER_MODE"]),
];

/// The one argument by name of functions that take any number of others; it comes last.
const NAMED_LAST: &[(&str, &str)] = &[
    ("JSON_ARRAY_APPEND", "APPEND_EACH_ELEMENT"),
    ("JSON_ARRAY_INSERT", "INSERT_EACH_ELEMENT"),
    ("JSON_SET", "CREATE_IF_MISSING"),
];

/// The arguments by position. What is not given has [`ExprKind::Default`].
fn positional(name: &str, call: &Call) -> Result<Vec<Expr>, String> {
    let mut args: Vec<Expr> = Vec::with_capacity(call.arguments.len());
    if let Some((_, last)) = NAMED_LAST.iter().find(|(function, _)| *function == name) {
        let is_last = |argument: &&Argument| {
            argument.name.as_ref().is_some_and(|given| given.value.eq_ignore_ascii_case(last))
        };
        let wrong = call.arguments.iter().filter(|argument| !is_last(argument));
        for argument in wrong {
            if let Some(given) = &argument.name {
                return Err(format!("{name} takes no argument named `{given}`"));
            }
            args.push(argument.value.clone());
        }
        let given = call.arguments.iter().find(is_last).map(|argument| argument.value.clone());
        args.push(given.unwrap_or_else(|| Expr::new(ExprKind::Default, call.span)));
        return Ok(args);
    }
    let names = NAMED.iter().find(|(function, _)| *function == name).map(|(_, names)| *names);
    for argument in &call.arguments {
        let Some(given) = &argument.name else {
            args.push(argument.value.clone());
            continue;
        };
        let known = names.unwrap_or_default();
        let Some(at) = known.iter().position(|known| known.eq_ignore_ascii_case(&given.value))
        else {
            return Err(format!("{name} takes no argument named `{given}`"));
        };
        while args.len() <= at {
            args.push(Expr::new(ExprKind::Default, given.span));
        }
        args[at] = argument.value.clone();
    }
    Ok(args)
}
