//! Functions of arrays
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions>).

use super::{
    arguments::Args,
    ast::{Expr, ExprKind},
    bindings::has_subquery,
    operators::constant_number,
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// A function of arrays; none where the name is no such function.
    pub fn array_function(&mut self, name: &str, args: &Args<'_>, place: &Expr) -> Option<Typed> {
        if name == "GENERATE_ARRAY" && args.iter().any(|arg| arg.kind == Type::Numeric) {
            // A FLOAT64 that is written out is a decimal beside one.
            let alike: Vec<Typed> = args.iter().map(|arg| arg.beside(&Type::Numeric)).collect();
            if alike.iter().zip(args.iter()).any(|(now, was)| now.kind != was.kind) {
                return self.array_function(name, &Args(&alike), place);
            }
        }
        match (name, args.len()) {
            ("ARRAY_LENGTH", 1) => Some(Typed::new(format!("len({})", args.sql(0)), Type::Int64)),
            ("ARRAY_CONCAT", 1..) => {
                // Of NULL it is NULL; the engine's list_concat passes over NULL.
                let text = args
                    .iter()
                    .map(|arg| arg.sql.clone())
                    .reduce(|a, b| format!("({a} || {b})"))?;
                Some(Typed::new(text, args.kind(0)))
            }
            ("ARRAY_REVERSE", 1) => args.call("list_reverse", args.kind(0)),
            ("ARRAY_FIRST" | "ARRAY_LAST", 1) => {
                let at = if name == "ARRAY_FIRST" { "1" } else { "-1" };
                let sql = self.bind(&[&args[0]], |names| {
                    let array = &names[0];
                    format!(
                        "(CASE WHEN len({array}) = 0 THEN error('{name} cannot get an element of an empty array') ELSE {array}[{at}] END)"
                    )
                });
                Some(Typed::new(sql, element(&args.kind(0))))
            }
            ("ARRAY_SLICE", 3) => {
                let sql = self.bind(&[&args[0], &args[1], &args[2]], |names| {
                    let (array, start, end) = (&names[0], &names[1], &names[2]);
                    let first = format!(
                        "(CASE WHEN {start} < 0 THEN greatest(len({array}) + {start}, 0) ELSE {start} END)"
                    );
                    let last = format!(
                        "(CASE WHEN {end} < 0 THEN len({array}) + {end} ELSE {end} END)"
                    );
                    format!(
                        "(CASE WHEN {array} IS NULL OR {start} IS NULL OR {end} IS NULL THEN NULL WHEN {first} > {last} THEN [] ELSE list_slice({array}, {first} + 1, {last} + 1) END)"
                    )
                });
                Some(Typed::new(sql, args.kind(0)))
            }
            ("ARRAY_IS_DISTINCT", 1) => {
                let groups =
                    matches!(element(&args.kind(0)), Type::Struct(_) | Type::Json | Type::Array(_));
                if groups {
                    let message = format!("{name} takes no {}", args.kind(0).google());
                    return Some(self.refuse("unsupported-function", message, place, None));
                }
                let floats = element(&args.kind(0)) == Type::Float64;
                // The engine counts no NULL: two of them are the same too.
                let sql = self.bind(&[&args[0]], |names| {
                    let array = &names[0];
                    // Nor does it find two NaN the same.
                    let (plain, nans) = match floats {
                        true => (
                            format!("list_filter({array}, lambda e: NOT isnan(e))"),
                            format!(" AND len(list_filter({array}, lambda e: isnan(e))) <= 1"),
                        ),
                        false => (array.clone(), String::new()),
                    };
                    format!(
                        "(CASE WHEN {array} IS NOT NULL THEN len({array}) - list_count({array}) <= 1{nans} AND len(list_distinct({plain})) = list_count({plain}) END)"
                    )
                });
                Some(Typed::new(sql, Type::Bool))
            }
            ("COSINE_DISTANCE" | "EUCLIDEAN_DISTANCE", 2) => {
                let sides: Option<Vec<String>> =
                    args.iter().map(|vector| self.vector(vector)).collect();
                let Some(sides) = sides else {
                    let message = format!(
                        "{name} takes two arrays of numbers, or of a name and a number each"
                    );
                    return Some(self.refuse("wrong-type", message, place, None));
                };
                let is_sparse = |arg: &Typed| matches!(element(&arg.kind), Type::Struct(_));
                if is_sparse(&args[0]) != is_sparse(&args[1]) {
                    let message = format!("{name} takes two vectors of one kind");
                    return Some(self.refuse("wrong-type", message, place, None));
                }
                let function = if is_sparse(&args[0]) { "sparse_distance" } else { "distance" };
                let sql = format!("googlesql_{function}('{name}', {})", sides.join(", "));
                Some(Typed::new(sql, Type::Float64))
            }
            ("GENERATE_ARRAY", 2 | 3) if args.same_kind() == Type::Int64 => {
                let sql = match args.get(2) {
                    Some(step) if constant_number(&step.sql).is_none_or(|step| step == 0.0) => {
                        self.bind(&[&args[0], &args[1], step], |names| {
                            let (from, to, step) = (&names[0], &names[1], &names[2]);
                            format!("(CASE WHEN {step} = 0 THEN error('the step of GENERATE_ARRAY cannot be 0') ELSE generate_series({from}, {to}, {step}) END)")
                        })
                    }
                    _ => format!("generate_series({})", args.joined()),
                };
                Some(Typed::new(sql, Type::Array(Box::new(Type::Int64))))
            }
            ("GENERATE_ARRAY", 2 | 3) if args.same_kind() == Type::Numeric => {
                let numeric = |at: usize| {
                    let sql = args.get(at).map_or("1", |arg| arg.sql.as_str());
                    Typed::new(format!("CAST({sql} AS DECIMAL(38,9))"), Type::Numeric)
                };
                let (from, to, step) = (numeric(0), numeric(1), numeric(2));
                let sql = self.bind(&[&from, &to, &step], |names| {
                    let (from, to, step) = (&names[0], &names[1], &names[2]);
                    let last = format!(
                        "CAST(googlesql_bignumeric_text(googlesql_bignumeric_floor(googlesql_bignumeric_divide(googlesql_bignumeric(CAST({to} - {from} AS VARCHAR)), googlesql_bignumeric(CAST({step} AS VARCHAR))))) AS BIGINT)"
                    );
                    format!(
                        "(CASE WHEN {from} IS NULL OR {to} IS NULL OR {step} IS NULL THEN NULL WHEN {step} = 0 THEN error('the step of GENERATE_ARRAY cannot be 0') ELSE list_transform(generate_series(0, {last}), lambda i: CAST({from} + CAST(i AS DECIMAL(19,0)) * {step} AS DECIMAL(38,9))) END)"
                    )
                });
                Some(Typed::new(sql, Type::Array(Box::new(Type::Numeric))))
            }
            ("GENERATE_ARRAY", 2 | 3) if args.same_kind() == Type::Float64 => {
                let double = |at: usize| {
                    let sql = args.get(at).map_or("1", |arg| arg.sql.as_str());
                    Typed::new(format!("CAST({sql} AS DOUBLE)"), Type::Float64)
                };
                let sql = self.bind(&[&double(0), &double(1), &double(2)], |names| {
                    let (from, to, step) = (&names[0], &names[1], &names[2]);
                    let last = format!("CAST(floor(({to} - {from}) / {step}) AS BIGINT)");
                    format!(
                        "(CASE WHEN {from} IS NULL OR {to} IS NULL OR {step} IS NULL THEN NULL WHEN {step} = 0 OR NOT isfinite({from} + {to} + {step}) THEN error('GENERATE_ARRAY takes finite numbers, and a step that is not 0') ELSE list_transform(generate_series(0, {last}), lambda i: {from} + i * {step}) END)"
                    )
                });
                Some(Typed::new(sql, Type::Array(Box::new(Type::Float64))))
            }
            _ => None,
        }
    }

    /// A vector as arguments of the engine's: its numbers, behind their names where it has some; none
    /// where it is no vector.
    fn vector(&mut self, vector: &Typed) -> Option<String> {
        let each = self.fresh("e");
        let list = |sql: String| format!("list_transform({}, lambda {each}: {sql})", vector.sql);
        match element(&vector.kind) {
            kind if kind.is_number() => Some(format!("CAST({} AS DOUBLE[])", vector.sql)),
            Type::Struct(fields) => {
                let [(name, name_kind), (number, kind)] = fields.as_slice() else { return None };
                if !matches!(name_kind, Type::Int64 | Type::String) || !kind.is_number() {
                    return None;
                }
                let names = list(format!("encode(CAST({each}.{} AS VARCHAR))", quote(name)));
                let numbers = list(format!("CAST({each}.{} AS DOUBLE)", quote(number)));
                Some(format!("{names}, {numbers}"))
            }
            _ => None,
        }
    }

    /// A function that takes a lambda.
    pub fn lambda_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Typed {
        let function = match name {
            "ARRAY_FILTER" => "list_filter",
            "ARRAY_TRANSFORM" => "list_transform",
            _ => {
                let message =
                    format!("{name} with a lambda is not supported on the embedded engine");
                return self.refuse("unsupported-function", message, place, None);
            }
        };
        let [array, Expr { kind: ExprKind::Lambda(parameters, body), .. }] = args else {
            let message = format!("{name} takes an array and a lambda");
            return self.refuse("sql-syntax", message, place, None);
        };
        if parameters.len() > 2 {
            let message = format!("the lambda of {name} takes an element and its offset");
            return self.refuse("sql-syntax", message, &parameters[2], None);
        }
        if has_subquery(body) {
            let message = "a subquery in a lambda is not supported";
            let help = "write ARRAY(SELECT … FROM UNNEST(…))";
            return self.refuse("unsupported-syntax", message, body.as_ref(), Some(help));
        }
        let array = self.expression(array);
        let (each, at) = (self.fresh("e"), self.fresh("i"));
        let values = [
            Typed::new(each.as_str(), element(&array.kind)),
            // The engine counts from 1.
            Typed::new(format!("CAST({at} - 1 AS BIGINT)"), Type::Int64),
        ];
        let bound: Vec<_> = parameters.iter().zip(values).collect();
        let names = if parameters.len() == 2 { format!("{each}, {at}") } else { each };
        let inner = self.lambda_body(&bound, body);
        let (sql, kind) = match name {
            "ARRAY_FILTER" => (self.truth(inner, body, name), array.kind.clone()),
            _ => (inner.sql, Type::Array(Box::new(inner.kind))),
        };
        Typed::new(format!("{function}({}, lambda {names}: {sql})", array.sql), kind)
    }
}

/// The type of an array's elements.
fn element(kind: &Type) -> Type {
    match kind {
        Type::Array(element) => element.as_ref().clone(),
        _ => Type::Unknown,
    }
}
