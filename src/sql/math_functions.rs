//! Functions of numbers
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions>).

use super::{
    arguments::Args,
    ast::{BinaryOperator, Expr},
    bignumerics::mixes_bignumeric,
    operators::constant_number,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// A function of numbers; none where the name is no such function.
    pub fn math_function(&mut self, name: &str, args: &Args<'_>, place: &Expr) -> Option<Typed> {
        if let ("SAFE_DIVIDE" | "DIV" | "MOD", [left, right]) = (name, args.0) {
            // A FLOAT64 that is written out is a decimal beside one.
            let alike = [left.beside(&right.kind), right.beside(&left.kind)];
            if alike[0].kind != left.kind || alike[1].kind != right.kind {
                return self.math_function(name, &Args(&alike), place);
            }
        }
        if args.iter().any(|arg| arg.kind == Type::BigNumeric) {
            if let Some(found) = self.bignumeric_function(name, args) {
                return Some(found);
            }
            // Beside a FLOAT64 it is one.
            if args.same_kind() == Type::Float64 || name == "IEEE_DIVIDE" {
                let alike: Vec<Typed> = args
                    .iter()
                    .map(|arg| self.beside_bignumeric(arg.clone(), &Type::Float64))
                    .collect();
                return self.math_function(name, &Args(&alike), place);
            }
        }
        match (name, args.len()) {
            ("GREATEST" | "LEAST", 1..) => {
                let mut alike = args.to_vec();
                let kind = self.unify(&mut alike, place);
                let args = Args(&alike);
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
                            format!("TRY({})", translator.exact_division(&left, &right, &result))
                        }
                        Type::Float64 => format!(
                            "TRY(googlesql_divide(CAST({} AS DOUBLE), CAST({} AS DOUBLE)))",
                            left.sql, right.sql
                        ),
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
            // The engine's own goes through a double.
            ("DIV", 2) if args.same_kind() == Type::Numeric => {
                let big = |arg| self.convert(arg, &Type::BigNumeric, false);
                let sides: Vec<String> = args.iter().map(big).collect();
                let sql = format!("googlesql_bignumeric_div({})", sides.join(", "));
                let whole = Typed::new(sql, Type::BigNumeric);
                Some(Typed::new(self.convert(&whole, &Type::Numeric, false), Type::Numeric))
            }
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
                let op = match name {
                    "SAFE_ADD" => BinaryOperator::Plus,
                    "SAFE_SUBTRACT" => BinaryOperator::Minus,
                    _ => BinaryOperator::Multiply,
                };
                // Errors of the arguments stay errors.
                let mut kind = Type::Unknown;
                let sql = self.bind_nested(&[&args[0], &args[1]], |translator, names| {
                    let side = |at: usize| Typed::new(names[at].as_str(), args[at].kind.clone());
                    let result = translator.operator(op, side(0), side(1), place);
                    kind = result.kind;
                    format!("TRY({})", result.sql)
                });
                Some(Typed::new(sql, kind))
            }
            ("SAFE_NEGATE", 1) => {
                let sql = self.bind(&[&args[0]], |names| format!("TRY(-{})", names[0]));
                Some(Typed::new(sql, args.kind(0)))
            }
            ("ABS", 1) => args.call("abs", args.kind(0)),
            ("SIGN", 1) if args.kind(0) == Type::Float64 => {
                let sql = self.bind(&[&args[0]], |names| {
                    let x = &names[0];
                    format!("(CASE WHEN isnan({x}) THEN {x} ELSE CAST(sign({x}) AS DOUBLE) END)")
                });
                Some(Typed::new(sql, Type::Float64))
            }
            ("SIGN", 1) => Some(Typed::new(
                format!(
                    "CAST(sign({}) AS {})",
                    args.sql(0),
                    args.kind(0).duckdb().unwrap_or_else(|| "BIGINT".into())
                ),
                args.kind(0),
            )),
            ("ROUND", 3) if matches!(args.kind(0), Type::Numeric | Type::BigNumeric) => {
                let function = match args[2].sql.to_ascii_uppercase().as_str() {
                    "'ROUND_HALF_AWAY_FROM_ZERO'" => "round",
                    "'ROUND_HALF_EVEN'" => "round_even",
                    _ => {
                        let message = "the mode of ROUND is 'ROUND_HALF_EVEN' or 'ROUND_HALF_AWAY_FROM_ZERO', written out";
                        return Some(self.refuse("unsupported-function", message, place, None));
                    }
                };
                let kind = args.kind(0);
                let value = self.convert(&args[0], &Type::BigNumeric, false);
                let sql = format!("googlesql_bignumeric_{function}({value}, {})", args.sql(1));
                let rounded = Typed::new(sql, Type::BigNumeric);
                Some(Typed::new(self.convert(&rounded, &kind, false), kind))
            }
            ("ROUND", 1 | 2) if matches!(args.kind(0), Type::Int64 | Type::Float64) => {
                let places =
                    if args.len() == 2 { args.sql(1) } else { "CAST(0 AS BIGINT)".to_owned() };
                let text = format!("googlesql_round(CAST({} AS DOUBLE), {places})", args.sql(0));
                Some(Typed::new(text, Type::Float64))
            }
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
            ("CEIL" | "CEILING" | "FLOOR", 1) => {
                let function = if name == "FLOOR" { "floor" } else { "ceil" };
                Some(self.whole(function, &args[0]))
            }
            (
                "SQRT" | "CBRT" | "EXP" | "LN" | "LOG" | "LOG10" | "POW" | "POWER" | "SIN" | "COS"
                | "TAN" | "ASIN" | "ACOS" | "ATAN" | "ATAN2" | "SINH" | "COSH" | "TANH" | "ASINH"
                | "ACOSH" | "ATANH" | "COT" | "SEC" | "CSC" | "COTH" | "SECH" | "CSCH",
                count,
            ) => {
                let takes = match name {
                    "POW" | "POWER" | "ATAN2" => 2..=2,
                    "LOG" => 1..=2,
                    _ => 1..=1,
                };
                if !takes.contains(&count) {
                    return None;
                }
                let power = args.get(1).and_then(|power| constant_number(&power.sql));
                if let ("POW" | "POWER", Type::Numeric, Some(2.0 | 3.0)) =
                    (name, args.kind(0), power)
                {
                    let times = if power == Some(2.0) { 2 } else { 3 };
                    let kind = args.kind(0);
                    let sql = self.bind_nested(&[&args[0]], |translator, names| {
                        let one = Typed::new(names[0].as_str(), kind.clone());
                        let op = BinaryOperator::Multiply;
                        let product = |left, _| translator.operator(op, left, one.clone(), place);
                        (1..times).fold(one.clone(), product).sql
                    });
                    return Some(Typed::new(sql, kind));
                }
                if matches!(args.same_kind(), Type::Numeric | Type::BigNumeric) {
                    // A double would show fewer digits than BigQuery's exact result has.
                    let message = format!(
                        "{name} of {} is not supported on the embedded engine",
                        args.same_kind().google()
                    );
                    let help = "CAST the argument to FLOAT64";
                    return Some(self.refuse("unsupported-function", message, place, Some(help)));
                }
                let function = match (name, count) {
                    ("LOG", 1) => "ln".to_owned(),
                    ("POWER", _) => "pow".to_owned(),
                    _ => name.to_ascii_lowercase(),
                };
                let values: Vec<String> =
                    args.iter().map(|arg| format!("CAST({} AS DOUBLE)", arg.sql)).collect();
                let text = format!("googlesql_{function}({})", values.join(", "));
                Some(Typed::new(text, Type::Float64))
            }
            ("RANGE_BUCKET", 2)
                if let Type::Array(element) = args.kind(1)
                    && mixes_bignumeric(&args.kind(0), &element) =>
            {
                let common = args.kind(0).common(&element);
                let point = self.beside_bignumeric(args[0].clone(), &common);
                let bounds = Type::Array(Box::new(common));
                let bounds = self.beside_bignumeric(args[1].clone(), &bounds);
                self.math_function(name, &Args(&[point, bounds]), place)
            }
            ("RANGE_BUCKET", 2) => {
                let sql = self.bind(&[&args[0], &args[1]], |names| {
                    let (point, bounds) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN {point} IS NULL OR {bounds} IS NULL THEN NULL WHEN {bounds} <> list_sort({bounds}) OR len(list_filter({bounds}, lambda e: e IS NULL)) > 0 THEN error('the bounds of RANGE_BUCKET must be in ascending order') ELSE len(list_filter({bounds}, lambda e: e <= {point})) END)"
                    )
                });
                Some(Typed::new(sql, Type::Int64))
            }
            ("BIT_COUNT", 1) if args.kind(0) == Type::Int64 => {
                Some(Typed::new(format!("CAST(bit_count({}) AS BIGINT)", args.sql(0)), Type::Int64))
            }
            ("BIT_COUNT", 1) if args.kind(0) == Type::Bytes => {
                args.call("googlesql_bit_count", Type::Int64)
            }
            ("RAND", 0) => Some(Typed::new("random()", Type::Float64)),
            ("GENERATE_UUID", 0) => Some(Typed::new("CAST(uuid() AS VARCHAR)", Type::String)),
            ("IS_NAN", 1) => args.call("isnan", Type::Bool),
            ("IS_INF", 1) => args.call("isinf", Type::Bool),
            _ => None,
        }
    }

    /// FLOOR or CEIL: of an integer a FLOAT64.
    pub fn whole(&mut self, function: &str, value: &Typed) -> Typed {
        let kind = if value.kind == Type::Int64 { Type::Float64 } else { value.kind.clone() };
        let sql = match kind.duckdb() {
            Some(name) => format!("CAST({function}({}) AS {name})", value.sql),
            None => format!("{function}({})", value.sql),
        };
        Typed::new(sql, kind)
    }
}
