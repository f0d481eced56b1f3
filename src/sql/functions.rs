//! Scalar functions.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, Value,
};

use super::{
    aggregates::is_aggregate,
    operators::constant_number,
    translate::{Translator, Typed},
    typed_arrays::TYPED_LITERAL,
    types::{Type, literal},
};
use crate::diagnostic::did_you_mean;

/// What TRIM takes for blanks: Unicode's White_Space.
pub(super) const WHITE_SPACE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

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

/// A text as the character class of the default word breaks of INITCAP.
const INITCAP_BREAKS: &str = " \t\n\r[](){}/|<>!?@\"^#$&~_,.:;*%+-";

impl Translator<'_> {
    /// The only argument of a call, if it has one.
    pub fn only_argument(&self, call: &Function) -> Option<Expr> {
        match arguments(call)?.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        }
    }

    /// A function call.
    pub fn function(&mut self, function: &Function, place: &Expr) -> Typed {
        let name = function.name.to_string().replace('`', "").to_ascii_uppercase();
        if let Some(plain) = name.strip_prefix("SAFE.") {
            return self.safe_call(plain, function, place);
        }
        if let Some(typed) = self.aggregate(&name, function, place) {
            return typed;
        }
        if name == "ARRAY"
            && let FunctionArguments::Subquery(query) = &function.args
        {
            let (text, columns) = self.value_query(query);
            let kind = columns.columns.first().map(|(_, kind)| kind.clone()).unwrap_or_default();
            return Typed::new(format!("ARRAY({text})"), Type::Array(Box::new(kind)));
        }
        let Some(args) = arguments(function) else {
            return self.refuse(
                "unsupported-syntax",
                format!("this form of calling {name} is not supported"),
                place,
                None,
            );
        };
        let args: Vec<Expr> = args.into_iter().cloned().collect();
        self.plain_function(&name, &args, place)
    }

    /// A function of plain arguments.
    pub fn plain_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Typed {
        if name.eq_ignore_ascii_case(TYPED_LITERAL) {
            return self.typed_literal(args, place);
        }
        let errors_before = self.errors.len();
        if let Some(typed) = self.date_function(name, args, place) {
            return typed;
        }
        if self.errors.len() > errors_before {
            return Typed::new("NULL", Type::Unknown);
        }
        let typed: Vec<Typed> = args.iter().map(|arg| self.expression(arg)).collect();
        if let Some(found) = self.json_function(name, &typed, args, place) {
            return found;
        }
        if let Some(found) = self.scalar_function(name, &typed, args, place) {
            return found;
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
    fn safe_call(&mut self, name: &str, function: &Function, place: &Expr) -> Typed {
        let help = "use SAFE_CAST, SAFE_DIVIDE, or guard with IF";
        if is_aggregate(name) {
            let message = format!("the SAFE. prefix on {name} is not supported");
            return self.refuse("unsupported-function", message, place, Some(help));
        }
        let plain = Function { name: ObjectName::from(vec![Ident::new(name)]), ..function.clone() };
        let args = arguments(function).unwrap_or_default();
        let can_fail = args.iter().any(|arg| {
            !matches!(
                arg,
                Expr::Value(_)
                    | Expr::Identifier(_)
                    | Expr::CompoundIdentifier(_)
                    | Expr::TypedString(_)
                    | Expr::UnaryOp { .. }
                    | Expr::Array(_)
                    | Expr::Interval(_)
            )
        });
        if can_fail {
            let message = format!("SAFE.{name} takes columns and literals on the embedded engine");
            let help = "compute its arguments in a subquery first";
            return self.refuse("unsupported-function", message, place, Some(help));
        }
        let typed = self.function(&plain, place);
        Typed::new(format!("TRY({})", typed.sql), typed.kind)
    }

    fn scalar_function(
        &mut self,
        name: &str,
        args: &[Typed],
        source: &[Expr],
        place: &Expr,
    ) -> Option<Typed> {
        let sql = |at: usize| args.get(at).map(|arg| arg.sql.clone()).unwrap_or_default();
        let kind = |at: usize| args.get(at).map(|arg| arg.kind.clone()).unwrap_or_default();
        let joined = || args.iter().map(|arg| arg.sql.as_str()).collect::<Vec<_>>().join(", ");
        let same_kind = || {
            args.iter().map(|arg| arg.kind.clone()).reduce(|a, b| a.common(&b)).unwrap_or_default()
        };
        let call = |function: &str, kind: Type| {
            Some(Typed::new(format!("{function}({})", joined()), kind))
        };
        match (name, args.len()) {
            ("IF", 3) => {
                let result = if sql(1) == "NULL" {
                    kind(2)
                } else if sql(2) == "NULL" {
                    kind(1)
                } else {
                    kind(1).common(&kind(2))
                };
                Some(Typed::new(
                    format!("(CASE WHEN {} THEN {} ELSE {} END)", sql(0), sql(1), sql(2)),
                    result,
                ))
            }
            ("IFNULL", 2) | ("COALESCE", 1..) => call("coalesce", same_kind()),
            ("NULLIF", 2) => call("nullif", kind(0)),
            ("CONCAT", 1..) => {
                // DuckDB's own concat skips NULLs; BigQuery's gives NULL.
                Some(self.joined(args))
            }
            ("GREATEST" | "LEAST", 1..) => {
                let kind = same_kind();
                let function = name.to_ascii_lowercase();
                let is_float = kind == Type::Float64;
                let values: Vec<&Typed> = args.iter().collect();
                let sql = self.bind(&values, |names| {
                    let any = |test: &dyn Fn(&String) -> String| {
                        names.iter().map(test).collect::<Vec<_>>().join(" OR ")
                    };
                    let nulls = any(&|name| format!("{name} IS NULL"));
                    let nan = if is_float {
                        let nans = any(&|name| format!("isnan({name})"));
                        format!(" WHEN {nans} THEN CAST('NaN' AS DOUBLE)")
                    } else {
                        String::new()
                    };
                    let names = names.join(", ");
                    format!("(CASE WHEN {nulls} THEN NULL{nan} ELSE {function}({names}) END)")
                });
                Some(Typed::new(sql, kind))
            }
            ("SAFE_DIVIDE", 2) => {
                let result = match kind(0).common(&kind(1)) {
                    Type::Int64 => Type::Float64,
                    other => other,
                };
                let kinds = (kind(0), kind(1));
                let sql = self.bind_nested(&[&args[0], &args[1]], |translator, names| {
                    let (left, right) = (
                        Typed::new(names[0].as_str(), kinds.0),
                        Typed::new(names[1].as_str(), kinds.1),
                    );
                    let division = match result {
                        Type::Numeric | Type::BigNumeric => {
                            translator.exact_division(&left, &right, &result)
                        }
                        _ => format!("({} / {})", left.sql, right.sql),
                    };
                    format!("(CASE WHEN {} <> 0 THEN {division} END)", right.sql)
                });
                Some(Typed::new(sql, result))
            }
            ("IEEE_DIVIDE", 2) => Some(Typed::new(
                format!(
                    "googlesql_ieee_divide(CAST({} AS DOUBLE), CAST({} AS DOUBLE))",
                    sql(0),
                    sql(1)
                ),
                Type::Float64,
            )),
            ("DIV", 2) => {
                let sql = self.checked(&args[0], &args[1], |dividend, divisor| {
                    format!("(({dividend} - ({dividend} % {divisor})) // {divisor})")
                });
                Some(Typed::new(sql, same_kind()))
            }
            ("MOD", 2) => {
                let sql = self.checked(&args[0], &args[1], |dividend, divisor| {
                    format!("({dividend} % {divisor})")
                });
                Some(Typed::new(sql, same_kind()))
            }
            ("SAFE_ADD" | "SAFE_SUBTRACT" | "SAFE_MULTIPLY", 2) => {
                let symbol = match name {
                    "SAFE_ADD" => "+",
                    "SAFE_SUBTRACT" => "-",
                    _ => "*",
                };
                Some(Typed::new(format!("TRY({} {symbol} {})", sql(0), sql(1)), same_kind()))
            }
            ("ABS", 1) => call("abs", kind(0)),
            ("SIGN", 1) => Some(Typed::new(
                format!(
                    "CAST(sign({}) AS {})",
                    sql(0),
                    kind(0).duckdb().unwrap_or_else(|| "BIGINT".into())
                ),
                kind(0),
            )),
            ("ROUND" | "TRUNC", 1 | 2) => {
                let result = if kind(0) == Type::Int64 { Type::Float64 } else { kind(0) };
                let value = if kind(0) == Type::Int64 {
                    format!("CAST({} AS DOUBLE)", sql(0))
                } else {
                    sql(0)
                };
                let places = if args.len() == 2 {
                    format!(", CAST({} AS INTEGER)", sql(1))
                } else {
                    String::new()
                };
                let text = format!("{}({value}{places})", name.to_ascii_lowercase());
                Some(Typed::new(
                    result
                        .duckdb()
                        .map_or(text.clone(), |target| format!("CAST({text} AS {target})")),
                    result,
                ))
            }
            ("CEIL" | "CEILING", 1) => Some(Typed::new(
                format!("ceil({})", sql(0)),
                if kind(0) == Type::Int64 { Type::Float64 } else { kind(0) },
            )),
            ("FLOOR", 1) => Some(Typed::new(
                format!("floor({})", sql(0)),
                if kind(0) == Type::Int64 { Type::Float64 } else { kind(0) },
            )),
            (
                "SQRT" | "EXP" | "LN" | "LOG10" | "SIN" | "COS" | "TAN" | "ASIN" | "ACOS" | "ATAN",
                1,
            ) => call(&name.to_ascii_lowercase(), Type::Float64),
            ("LOG", 1) => call("ln", Type::Float64),
            ("LOG", 2) => {
                Some(Typed::new(format!("(ln({}) / ln({}))", sql(0), sql(1)), Type::Float64))
            }
            ("POW" | "POWER", 2) => {
                call("pow", if same_kind() == Type::Int64 { Type::Float64 } else { same_kind() })
            }
            ("ATAN2", 2) => call("atan2", Type::Float64),
            ("RAND", 0) => Some(Typed::new("random()", Type::Float64)),
            ("GENERATE_UUID", 0) => Some(Typed::new("CAST(uuid() AS VARCHAR)", Type::String)),
            ("IS_NAN", 1) => call("isnan", Type::Bool),
            ("IS_INF", 1) => call("isinf", Type::Bool),
            ("UPPER" | "LOWER", 1) => call(&name.to_ascii_lowercase(), Type::String),
            ("LENGTH", 1) if kind(0) == Type::Bytes => {
                Some(Typed::new(format!("octet_length({})", sql(0)), Type::Int64))
            }
            ("LENGTH" | "CHAR_LENGTH" | "CHARACTER_LENGTH", 1) => {
                Some(Typed::new(format!("length({})", sql(0)), Type::Int64))
            }
            ("BYTE_LENGTH" | "OCTET_LENGTH", 1) => {
                let value =
                    if kind(0) == Type::Bytes { sql(0) } else { format!("encode({})", sql(0)) };
                Some(Typed::new(format!("octet_length({value})"), Type::Int64))
            }
            ("TRIM" | "LTRIM" | "RTRIM", 1 | 2) if kind(0) == Type::Bytes => None,
            ("TRIM" | "LTRIM" | "RTRIM", 1) => {
                // The engine's own form takes blanks only, not tabs and line ends.
                let function = name.to_ascii_lowercase();
                let blanks = literal(WHITE_SPACE);
                Some(Typed::new(format!("{function}({}, {blanks})", sql(0)), Type::String))
            }
            ("TRIM" | "LTRIM" | "RTRIM", 2) => call(&name.to_ascii_lowercase(), kind(0)),
            ("LPAD" | "RPAD", 2 | 3) => {
                let fill = if args.len() == 3 { sql(2) } else { "' '".to_owned() };
                Some(Typed::new(
                    format!(
                        "{}({}, CAST({} AS INTEGER), {fill})",
                        name.to_ascii_lowercase(),
                        sql(0),
                        sql(1)
                    ),
                    Type::String,
                ))
            }
            ("REPEAT", 2) => call("repeat", kind(0)),
            ("REVERSE", 1) => call("reverse", kind(0)),
            ("REPLACE", 3) => {
                // Replacing nothing changes nothing in BigQuery.
                let sql = self.bind(&[&args[0], &args[1], &args[2]], |names| {
                    let (value, from, to) = (&names[0], &names[1], &names[2]);
                    format!(
                        "(CASE WHEN {from} = '' THEN {value} ELSE replace({value}, {from}, {to}) END)"
                    )
                });
                Some(Typed::new(sql, Type::String))
            }
            ("STARTS_WITH", 2) => call("starts_with", Type::Bool),
            ("ENDS_WITH", 2) => call("ends_with", Type::Bool),
            ("CONTAINS_SUBSTR", 2) => Some(Typed::new(
                format!("contains(lower({}), lower({}))", sql(0), sql(1)),
                Type::Bool,
            )),
            ("STRPOS", 2) | ("INSTR", 2) => {
                Some(Typed::new(format!("strpos({}, {})", sql(0), sql(1)), Type::Int64))
            }
            ("LEFT" | "RIGHT", 2) => {
                if kind(0) == Type::Bytes {
                    return None;
                }
                let function = name.to_ascii_lowercase();
                let sql = self.bind(&[&args[0], &args[1]], |names| {
                    let (value, length) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN {length} < 0 THEN error('the length of {name} cannot be negative') ELSE {function}({value}, {length}) END)"
                    )
                });
                Some(Typed::new(sql, Type::String))
            }
            ("SUBSTR" | "SUBSTRING", 2 | 3) => Some(self.substring(args)),
            ("SPLIT", 1 | 2) => {
                let separator = if args.len() == 2 { sql(1) } else { "','".to_owned() };
                Some(Typed::new(
                    format!("string_split({}, {separator})", sql(0)),
                    Type::Array(Box::new(Type::String)),
                ))
            }
            ("INITCAP", 1 | 2) => {
                let delimiters = if args.len() == 2 { sql(1) } else { literal(INITCAP_BREAKS) };
                let text = format!("googlesql_initcap({}, {delimiters})", sql(0));
                Some(Typed::new(text, Type::String))
            }
            ("REGEXP_CONTAINS", 2) => call("regexp_matches", Type::Bool),
            ("REGEXP_REPLACE", 3) => Some(Typed::new(
                format!("regexp_replace({}, {}, {}, 'g')", sql(0), sql(1), sql(2)),
                Type::String,
            )),
            ("REGEXP_EXTRACT" | "REGEXP_SUBSTR" | "REGEXP_EXTRACT_ALL", 2) => {
                let Some(Expr::Value(pattern)) = source.get(1) else {
                    return Some(self.refuse(
                        "unsupported-function",
                        format!(
                            "{name} needs a pattern that is a string literal on the embedded engine"
                        ),
                        place,
                        None,
                    ));
                };
                let group = capturing_groups(&pattern.value);
                if group > 1 {
                    return Some(self.refuse(
                        "sql-syntax",
                        format!("{name} takes a pattern with at most one group"),
                        place,
                        Some("make the others (?:…)"),
                    ));
                }
                if name == "REGEXP_EXTRACT_ALL" {
                    let text = format!("regexp_extract_all({}, {}, {group})", sql(0), sql(1));
                    return Some(Typed::new(text, Type::Array(Box::new(Type::String))));
                }
                let sql = self.bind(&[&args[0], &args[1]], |names| {
                    let (value, pattern) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN regexp_matches({value}, {pattern}) THEN regexp_extract({value}, {pattern}, {group}) END)"
                    )
                });
                Some(Typed::new(sql, Type::String))
            }
            ("TO_HEX", 1) => Some(Typed::new(format!("lower(hex({}))", sql(0)), Type::String)),
            ("FROM_HEX", 1) => Some(Typed::new(format!("unhex({})", sql(0)), Type::Bytes)),
            ("MD5" | "SHA1" | "SHA256", 1) => Some(Typed::new(
                format!("unhex({}({}))", name.to_ascii_lowercase(), sql(0)),
                Type::Bytes,
            )),
            ("SHA512", 1) => {
                let bytes =
                    if kind(0) == Type::Bytes { sql(0) } else { format!("encode({})", sql(0)) };
                Some(Typed::new(format!("googlesql_sha512({bytes})"), Type::Bytes))
            }
            ("TO_BASE64", 1) => call("to_base64", Type::String),
            ("FROM_BASE64", 1) => call("from_base64", Type::Bytes),
            ("CODE_POINTS_TO_STRING", 1) => Some(Typed::new(
                format!(
                    "array_to_string(list_transform({}, lambda c: chr(CAST(c AS INTEGER))), '')",
                    sql(0)
                ),
                Type::String,
            )),
            ("CHR", 1) => {
                Some(Typed::new(format!("chr(CAST({} AS INTEGER))", sql(0)), Type::String))
            }
            ("ASCII" | "UNICODE", 1) => Some(Typed::new(
                format!("CAST({}({}) AS BIGINT)", name.to_ascii_lowercase(), sql(0)),
                Type::Int64,
            )),
            ("FORMAT", 1..) => Some(self.format_call(args, source, place)),
            ("ARRAY_LENGTH", 1) => Some(Typed::new(format!("len({})", sql(0)), Type::Int64)),
            ("ARRAY_TO_STRING", 2) => call("array_to_string", Type::String),
            ("ARRAY_CONCAT", 1..) => {
                let text = args
                    .iter()
                    .map(|arg| arg.sql.clone())
                    .reduce(|a, b| format!("list_concat({a}, {b})"))?;
                Some(Typed::new(text, kind(0)))
            }
            ("ARRAY_REVERSE", 1) => call("list_reverse", kind(0)),
            ("GENERATE_ARRAY", 2 | 3) if same_kind() == Type::Int64 => {
                if args.get(2).is_some_and(|step| constant_number(&step.sql) == Some(0.0)) {
                    let message = "the step of GENERATE_ARRAY cannot be 0";
                    return Some(self.refuse("sql-syntax", message, place, None));
                }
                let sql = format!("generate_series({})", joined());
                Some(Typed::new(sql, Type::Array(Box::new(Type::Int64))))
            }
            ("GROUPING", 1) => {
                Some(Typed::new(format!("CAST(grouping({}) AS BIGINT)", sql(0)), Type::Int64))
            }
            ("ERROR", 1) => call("error", Type::Unknown),
            ("STRUCT", _) => {
                let parts: Vec<Expr> = source.to_vec();
                Some(self.expression(&Expr::Struct { values: parts, fields: Vec::new() }))
            }
            ("STRING", 1) => {
                Some(Typed::new(self.convert(&args[0], &Type::String, false), Type::String))
            }
            ("SAFE_CONVERT_BYTES_TO_STRING", 1) => {
                Some(Typed::new(format!("googlesql_lossy_text({})", sql(0)), Type::String))
            }
            ("RANGE_BUCKET", 2) => {
                let sql = self.bind(&[&args[0]], |names| {
                    format!(
                        "(CASE WHEN {0} IS NOT NULL THEN len(list_filter({1}, lambda e: e <= {0})) END)",
                        names[0],
                        sql(1)
                    )
                });
                Some(Typed::new(sql, Type::Int64))
            }
            _ => None,
        }
    }

    /// SUBSTR: position 0 is 1, and a negative position beyond the start is the start.
    pub fn substring(&mut self, args: &[Typed]) -> Typed {
        let kind = args[0].kind.clone();
        let position = constant_number(&args[1].sql);
        let values: Vec<&Typed> = args.iter().collect();
        let counts_bytes = kind == Type::Bytes;
        let sql = self.bind(&values, |names| {
            let (value, at) = (&names[0], &names[1]);
            let length = if counts_bytes { "octet_length" } else { "length" };
            let from = match position {
                Some(0.0) => "1".to_owned(),
                Some(position) if position > 0.0 => at.clone(),
                _ => format!(
                    "(CASE WHEN {at} = 0 OR {at} < -{length}({value}) THEN 1 ELSE {at} END)"
                ),
            };
            let function = if counts_bytes { "googlesql_byte_substr" } else { "substr" };
            match names.get(2) {
                Some(length) if constant_number(length).is_some_and(|length| length >= 0.0) => {
                    format!("{function}({value}, {from}, {length})")
                }
                Some(length) => format!(
                    "(CASE WHEN {length} < 0 THEN error('the third argument of SUBSTR cannot be negative') ELSE {function}({value}, {from}, {length}) END)"
                ),
                None if counts_bytes => {
                    format!("{function}({value}, {from}, octet_length({value}))")
                }
                None => format!("{function}({value}, {from})"),
            }
        });
        Typed::new(sql, kind)
    }

    fn format_call(&mut self, args: &[Typed], source: &[Expr], place: &Expr) -> Typed {
        let Some(Expr::Value(format)) = source.first() else {
            return self.refuse(
                "unsupported-function",
                "FORMAT needs a format that is a string literal on the embedded engine",
                place,
                None,
            );
        };
        let text = format.value.clone().into_string().unwrap_or_default();
        let mut out = String::new();
        let mut used = 0;
        let mut values = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            let length = rest
                .find(|c: char| !(c.is_ascii_digit() || ".-+0".contains(c)))
                .unwrap_or(rest.len());
            let (flags, after) = rest.split_at(length);
            let element = after.chars().next();
            rest = after.get(element.map_or(0, char::len_utf8)..).unwrap_or_default();
            let Some(element) = element else { break };
            if element == '%' {
                out.push('%');
                continue;
            }
            used += 1;
            let Some(value) = args.get(used) else {
                return self.refuse(
                    "sql-syntax",
                    "FORMAT has fewer values than elements",
                    place,
                    None,
                );
            };
            out.push_str(flags);
            match element {
                'd' | 'i' => {
                    out.push('d');
                    values.push(value.sql.clone());
                }
                'f' => {
                    out.push('f');
                    values.push(format!("CAST({} AS DOUBLE)", value.sql));
                }
                's' | 't' => {
                    out.push('s');
                    values.push(self.convert(value, &Type::String, false));
                }
                other => {
                    return self.refuse(
                        "unsupported-function",
                        format!(
                            "format element `%{other}` is not supported on the embedded engine"
                        ),
                        place,
                        Some("use %s, %d, %i, %f or %t"),
                    );
                }
            }
        }
        out.push_str(rest);
        let values = values.iter().map(|value| format!(", {value}")).collect::<String>();
        Typed::new(format!("printf({}{values})", literal(&out)), Type::String)
    }
}

/// The plain arguments of a call; none where it has others.
fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::Subquery(_) => None,
        FunctionArguments::List(list) => list
            .args
            .iter()
            .map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression),
                _ => None,
            })
            .collect(),
    }
}

/// How many capturing groups a pattern has.
fn capturing_groups(pattern: &Value) -> usize {
    let text = pattern.clone().into_string().unwrap_or_default();
    let mut count = 0;
    let mut characters = text.chars().peekable();
    let mut in_class = false;
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                characters.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && characters.peek() != Some(&'?') => count += 1,
            _ => {}
        }
    }
    count
}
