//! Functions of numbers
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions>).

use super::{
    arguments::Args,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// A function of numbers; none where the name is no such function.
    pub fn math_function(&mut self, name: &str, args: &Args<'_>) -> Option<Typed> {
        match (name, args.len()) {
            ("GREATEST" | "LEAST", 1..) => {
                let kind = args.same_kind();
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
                let result = match args.kind(0).common(&args.kind(1)) {
                    Type::Int64 => Type::Float64,
                    other => other,
                };
                let kinds = (args.kind(0), args.kind(1));
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
                    args.sql(0),
                    args.sql(1)
                ),
                Type::Float64,
            )),
            ("DIV", 2) => {
                let sql = self.checked(&args[0], &args[1], |dividend, divisor| {
                    format!("(({dividend} - ({dividend} % {divisor})) // {divisor})")
                });
                Some(Typed::new(sql, args.same_kind()))
            }
            ("MOD", 2) => {
                let sql = self.checked(&args[0], &args[1], |dividend, divisor| {
                    format!("({dividend} % {divisor})")
                });
                Some(Typed::new(sql, args.same_kind()))
            }
            ("SAFE_ADD" | "SAFE_SUBTRACT" | "SAFE_MULTIPLY", 2) => {
                let symbol = match name {
                    "SAFE_ADD" => "+",
                    "SAFE_SUBTRACT" => "-",
                    _ => "*",
                };
                Some(Typed::new(
                    format!("TRY({} {symbol} {})", args.sql(0), args.sql(1)),
                    args.same_kind(),
                ))
            }
            ("ABS", 1) => args.call("abs", args.kind(0)),
            ("SIGN", 1) => Some(Typed::new(
                format!(
                    "CAST(sign({}) AS {})",
                    args.sql(0),
                    args.kind(0).duckdb().unwrap_or_else(|| "BIGINT".into())
                ),
                args.kind(0),
            )),
            ("ROUND" | "TRUNC", 1 | 2) => {
                let result = if args.kind(0) == Type::Int64 { Type::Float64 } else { args.kind(0) };
                let value = if args.kind(0) == Type::Int64 {
                    format!("CAST({} AS DOUBLE)", args.sql(0))
                } else {
                    args.sql(0)
                };
                let places = if args.len() == 2 {
                    format!(", CAST({} AS INTEGER)", args.sql(1))
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
                format!("ceil({})", args.sql(0)),
                if args.kind(0) == Type::Int64 { Type::Float64 } else { args.kind(0) },
            )),
            ("FLOOR", 1) => Some(Typed::new(
                format!("floor({})", args.sql(0)),
                if args.kind(0) == Type::Int64 { Type::Float64 } else { args.kind(0) },
            )),
            (
                "SQRT" | "EXP" | "LN" | "LOG10" | "SIN" | "COS" | "TAN" | "ASIN" | "ACOS" | "ATAN",
                1,
            ) => args.call(&name.to_ascii_lowercase(), Type::Float64),
            ("LOG", 1) => args.call("ln", Type::Float64),
            ("LOG", 2) => Some(Typed::new(
                format!("(ln({}) / ln({}))", args.sql(0), args.sql(1)),
                Type::Float64,
            )),
            ("POW" | "POWER", 2) => args.call(
                "pow",
                if args.same_kind() == Type::Int64 { Type::Float64 } else { args.same_kind() },
            ),
            ("ATAN2", 2) => args.call("atan2", Type::Float64),
            ("RAND", 0) => Some(Typed::new("random()", Type::Float64)),
            ("IS_NAN", 1) => args.call("isnan", Type::Bool),
            ("IS_INF", 1) => args.call("isinf", Type::Bool),
            ("RANGE_BUCKET", 2) => {
                let sql = self.bind(&[&args[0]], |names| {
                    format!(
                        "(CASE WHEN {0} IS NOT NULL THEN len(list_filter({1}, lambda e: e <= {0})) END)",
                        names[0],
                        args.sql(1)
                    )
                });
                Some(Typed::new(sql, Type::Int64))
            }
            _ => None,
        }
    }
}
