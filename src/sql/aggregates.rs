//! Aggregate and window functions.

use super::{
    ast::{self, Expr, Nulls},
    operators::constant_number,
    percentiles::no_nan,
    translate::{Translator, Typed},
    types::Type,
};

/// The pieces of an aggregate call.
pub(super) struct Call {
    pub distinct: bool,
    pub args: Vec<Typed>,
    star: bool,
    order_by: Option<String>,
    limit: Option<String>,
    pub nulls: Option<Nulls>,
    pub over: Option<String>,
    /// Whether the row with the most or the least of this counts.
    having: Option<(bool, Typed)>,
    /// A condition on the rows that ARRAY_AGG takes.
    filter: Option<String>,
}

impl Translator<'_> {
    /// An aggregate or window function; none where the name is no such function.
    pub fn aggregate(&mut self, name: &str, call: &ast::Call, place: &Expr) -> Option<Typed> {
        if !is_aggregate(name) {
            return None;
        }
        let call = self.aggregate_call(name, call, place);
        if let Some(typed) = self.sketch(name, &call, place) {
            return Some(typed);
        }
        if let Some(typed) = self.bignumeric_aggregate(name, &call) {
            return Some(typed);
        }
        let first = call.args.first().cloned().unwrap_or_else(|| Typed::new("*", Type::Unknown));
        let distinct = if call.distinct { "DISTINCT " } else { "" };
        let over = call.over.as_deref().unwrap_or_default();
        let order =
            call.order_by.as_ref().map(|keys| format!(" ORDER BY {keys}")).unwrap_or_default();
        let ignore = matches!(call.nulls, Some(Nulls::Ignore));
        let plain = |function: &str, kind: Type| {
            Typed::new(format!("{function}({distinct}{}){over}", first.sql), kind)
        };
        let as_type = |function: &str, kind: Type| {
            let target = kind.duckdb();
            let call = format!("{function}({distinct}{}){over}", first.sql);
            Typed::new(
                target.map_or(call.clone(), |target| format!("CAST({call} AS {target})")),
                kind,
            )
        };
        let counted = |condition: &str| format!("count(*) FILTER (WHERE {condition}){over}");
        Some(match name {
            "COUNT" if call.star || call.args.is_empty() => {
                // The engine counts less than nothing in a frame that ends before it begins.
                let counted = if over.is_empty() { "*" } else { "1" };
                Typed::new(format!("count({counted}){over}"), Type::Int64)
            }
            "COUNT" => plain("count", Type::Int64),
            "COUNTIF" => {
                let counted = format!("CASE WHEN {} THEN 1 END", first.sql);
                Typed::new(format!("count({distinct}{counted}){over}"), Type::Int64)
            }
            "SUM" | "AVG"
                if !matches!(first.kind, Type::Unknown | Type::Null | Type::Interval)
                    && !first.kind.is_number() =>
            {
                let message = format!("{name} takes no {}", first.kind.google());
                return Some(self.refuse("wrong-type", message, place, None));
            }
            // A sum that overflows is infinite in the engine and an error in BigQuery.
            "SUM" if first.kind == Type::Float64 => {
                let others = counted(&format!("NOT isfinite({})", first.sql));
                let sum = plain("sum", Type::Float64).sql;
                Typed::new(format!("googlesql_finite({sum}, {others})"), Type::Float64)
            }
            // The engine's sum may have a digit more than NUMERIC holds; its addition may not.
            "SUM" if first.kind == Type::Numeric => {
                let sum = as_type("sum", Type::Numeric).sql;
                Typed::new(format!("({sum} + CAST(0 AS DECIMAL(38,9)))"), Type::Numeric)
            }
            "SUM" if first.kind == Type::Null => as_type("sum", Type::Int64),
            "SUM" => as_type("sum", first.kind.clone()),
            "AVG" if first.kind == Type::Numeric => {
                // The engine's own average goes through a double.
                let sum = plain("sum", first.kind.clone());
                let count = plain("count", Type::Int64);
                let kind = first.kind.clone();
                let none = Typed::new(format!("nullif({}, 0)", count.sql), Type::Int64);
                Typed::new(self.exact_division(&sum, &none, &kind), kind)
            }
            "AVG" => {
                let kind = if first.kind == Type::Unknown { Type::Unknown } else { Type::Float64 };
                as_type("avg", kind)
            }
            // The engine holds NaN for the largest number; in BigQuery it is the result.
            "MIN" if first.kind == Type::Float64 => {
                let nan = format!("max({distinct}{0}) FILTER (WHERE isnan({0})){over}", first.sql);
                let least = plain("min", Type::Float64);
                Typed::new(format!("coalesce({nan}, {})", least.sql), Type::Float64)
            }
            "MIN" | "MAX"
                if matches!(first.kind, Type::Array(_) | Type::Struct(_) | Type::Json) =>
            {
                let message = format!("{name} takes no {}", first.kind.google());
                return Some(self.refuse("wrong-type", message, place, None));
            }
            "MIN" => plain("min", first.kind.clone()),
            "MAX" => plain("max", first.kind.clone()),
            "ANY_VALUE" if call.having.is_some() => {
                let (is_max, by) = call.having?;
                let most = if is_max { "max" } else { "min" };
                let found = format!("arg_{most}_null({}, {}){over}", first.sql, by.sql);
                // NaN is the most and the least, and no row's value is equal to it.
                let sql = match by.kind {
                    Type::Float64 => {
                        let nans = counted(&format!("isnan({})", by.sql));
                        format!("(CASE WHEN {nans} = 0 THEN {found} END)")
                    }
                    _ => found,
                };
                Typed::new(sql, first.kind)
            }
            "ANY_VALUE" => plain("any_value", first.kind.clone()),
            "LOGICAL_AND" => plain("bool_and", Type::Bool),
            "LOGICAL_OR" => plain("bool_or", Type::Bool),
            "BIT_AND" => plain("bit_and", Type::Int64),
            "BIT_OR" => plain("bit_or", Type::Int64),
            "BIT_XOR" => plain("bit_xor", Type::Int64),
            // Exact where BigQuery approximates.
            "APPROX_COUNT_DISTINCT" => {
                Typed::new(format!("count(DISTINCT {}){over}", first.sql), Type::Int64)
            }
            "STDDEV" | "STDDEV_SAMP" | "STDDEV_POP" | "VARIANCE" | "VAR_SAMP" | "VAR_POP" => {
                let function = match name {
                    "STDDEV" => "stddev_samp".to_owned(),
                    "VARIANCE" => "var_samp".to_owned(),
                    _ => name.to_ascii_lowercase(),
                };
                let sql = match first.kind {
                    // Differences from one of the values are exact; as doubles they lose nothing
                    // that counts.
                    Type::Numeric => {
                        let x = &first.sql;
                        let list = format!(
                            "array_agg({distinct}{x}) FILTER (WHERE {x} IS NOT NULL){over}"
                        );
                        self.bind(&[&Typed::new(list, Type::Unknown)], |names| {
                            let list = &names[0];
                            format!(
                                "list_aggregate(list_transform({list}, lambda e: CAST(e - {list}[1] AS DOUBLE)), '{function}')"
                            )
                        })
                    }
                    Type::Float64 => {
                        // The engine's own fails where BigQuery's is NaN.
                        let x = &first.sql;
                        let others = counted(&format!("NOT isfinite({x})"));
                        let known = counted(&format!("{x} IS NOT NULL"));
                        let least = if function.ends_with("_pop") { 1 } else { 2 };
                        // The squares of large numbers are too large for the engine, those of the same
                        // numbers with a smaller power of 2 are not.
                        let large = counted(&format!("abs({x}) > 1e140"));
                        let back = match function.starts_with("var") {
                            true => "pow(2, 600) * pow(2, 600)",
                            false => "pow(2, 600)",
                        };
                        format!(
                            "(CASE WHEN {others} > 0 THEN (CASE WHEN {known} >= {least} THEN CAST('NaN' AS DOUBLE) END) WHEN {large} = 0 THEN {function}({distinct}{x}) FILTER (WHERE abs({x}) <= 1e140){over} ELSE {function}({distinct}{x} * pow(2, -600)) FILTER (WHERE isfinite({x})){over} * {back} END)"
                        )
                    }
                    _ => plain(&function, Type::Float64).sql,
                };
                Typed::new(sql, Type::Float64)
            }
            "CORR" | "COVAR_POP" | "COVAR_SAMP" => {
                let [x, y] = call.args.as_slice() else {
                    let message = format!("{name} takes two arguments");
                    return Some(self.refuse("sql-syntax", message, place, None));
                };
                let (x, y) =
                    (format!("CAST({} AS DOUBLE)", x.sql), format!("CAST({} AS DOUBLE)", y.sql));
                let known = format!("{x} IS NOT NULL AND {y} IS NOT NULL");
                let finite = format!("isfinite({x}) AND isfinite({y})");
                let others = counted(&format!("{known} AND NOT ({finite})"));
                let pairs = counted(&known);
                let least = if name == "COVAR_POP" { 1 } else { 2 };
                let function = name.to_ascii_lowercase();
                let sql = format!(
                    "(CASE WHEN {pairs} < {least} THEN NULL WHEN {others} = 0 THEN {function}({x}, {y}) FILTER (WHERE {finite}){over} ELSE CAST('NaN' AS DOUBLE) END)"
                );
                Typed::new(sql, Type::Float64)
            }
            "APPROX_QUANTILES" => {
                let count = call.args.get(1).and_then(|count| constant_number(&count.sql));
                let Some(count) = count.filter(|count| (1.0..=10_000.0).contains(count)) else {
                    let message = "APPROX_QUANTILES takes a literal number of quantiles";
                    return Some(self.refuse("unsupported-function", message, place, None));
                };
                if matches!(call.nulls, Some(Nulls::Respect)) {
                    let message = "RESPECT NULLS in APPROX_QUANTILES is not supported";
                    return Some(self.refuse("unsupported-syntax", message, place, None));
                }
                // Exact where BigQuery approximates.
                let value = no_nan(&first, name);
                let shares: Vec<String> = (0..=count as u32)
                    .map(|at| format!("CAST({} AS DOUBLE)", f64::from(at) / count))
                    .collect();
                let sql =
                    format!("quantile_disc({distinct}{value}, [{}]){over}", shares.join(", "));
                Typed::new(sql, Type::Array(Box::new(first.kind)))
            }
            "MAX_BY" | "MIN_BY" => {
                let Some(by) = call.args.get(1).cloned() else {
                    let message = format!("{name} takes two arguments");
                    return Some(self.refuse("sql-syntax", message, place, None));
                };
                let most = if name == "MAX_BY" { "max" } else { "min" };
                let by = no_nan(&by, name);
                Typed::new(format!("arg_{most}_null({}, {by}){over}", first.sql), first.kind)
            }
            "ARRAY_AGG" | "STRING_AGG" | "ARRAY_CONCAT_AGG"
                if call.limit.as_deref() == Some("0") =>
            {
                let kind = match name {
                    "ARRAY_AGG" => Type::Array(Box::new(first.kind)),
                    _ => first.kind,
                };
                Typed::new("any_value(NULL)", kind)
            }
            "ARRAY_AGG" => {
                let known = ignore.then(|| format!("{} IS NOT NULL", first.sql));
                let conditions: Vec<String> = known.into_iter().chain(call.filter).collect();
                let filter = match conditions.is_empty() {
                    true => String::new(),
                    false => format!(" FILTER (WHERE {})", conditions.join(" AND ")),
                };
                let list = format!("array_agg({distinct}{}{order}){filter}{over}", first.sql);
                let sql = match call.limit {
                    Some(limit) => format!("list_slice({list}, 1, {limit})"),
                    None => list,
                };
                Typed::new(sql, Type::Array(Box::new(first.kind)))
            }
            "ARRAY_CONCAT_AGG" => {
                let list = format!(
                    "array_agg({0}{order}) FILTER (WHERE {0} IS NOT NULL){over}",
                    first.sql
                );
                let list = match call.limit {
                    Some(limit) => format!("list_slice({list}, 1, {limit})"),
                    None => list,
                };
                Typed::new(format!("flatten({list})"), first.kind)
            }
            // As texts of hexadecimal digits, which are in the same order.
            "STRING_AGG" if first.kind == Type::Bytes => {
                let first = format!("hex({})", first.sql);
                let separator =
                    call.args.get(1).map_or("'2C'".to_owned(), |arg| format!("hex({})", arg.sql));
                let sql = match call.limit {
                    Some(limit) => format!(
                        "array_to_string(list_slice(array_agg({distinct}{first}{order}) FILTER (WHERE {first} IS NOT NULL), 1, {limit}), {separator})"
                    ),
                    None => format!("string_agg({distinct}{first}, {separator}{order}){over}"),
                };
                Typed::new(format!("unhex({sql})"), Type::Bytes)
            }
            "STRING_AGG" => {
                let separator = call.args.get(1).map_or("','".to_owned(), |arg| arg.sql.clone());
                if let Some(limit) = call.limit {
                    let list = format!(
                        "array_agg({distinct}{}{order}) FILTER (WHERE {} IS NOT NULL)",
                        first.sql, first.sql
                    );
                    return Some(Typed::new(
                        format!("array_to_string(list_slice({list}, 1, {limit}), {separator})"),
                        Type::String,
                    ));
                }
                Typed::new(
                    format!("string_agg({distinct}{}, {separator}{order}){over}", first.sql),
                    Type::String,
                )
            }
            "ROW_NUMBER" | "RANK" | "DENSE_RANK" => {
                Typed::new(format!("{}(){over}", name.to_ascii_lowercase()), Type::Int64)
            }
            "PERCENT_RANK" | "CUME_DIST" => {
                Typed::new(format!("{}(){over}", name.to_ascii_lowercase()), Type::Float64)
            }
            "NTILE" => Typed::new(format!("ntile({}){over}", first.sql), Type::Int64),
            "LAG" | "LEAD" if call.args.get(1).is_some_and(|by| is_negative(&by.sql)) => {
                let message = format!("the offset of {name} cannot be negative");
                return Some(self.refuse("sql-syntax", message, place, None));
            }
            "NTH_VALUE"
                if call.args.get(1).and_then(|at| constant_number(&at.sql)) == Some(0.0) =>
            {
                let message = "NTH_VALUE counts from 1";
                return Some(self.refuse("sql-syntax", message, place, None));
            }
            "LAG" | "LEAD" | "FIRST_VALUE" | "LAST_VALUE" | "NTH_VALUE" => {
                let mut args: Vec<String> = call.args.iter().map(|arg| arg.sql.clone()).collect();
                if let (Some(default), Some(last)) = (call.args.get(2), args.last_mut()) {
                    *last = self.beside_bignumeric(default.clone(), &first.kind).sql;
                }
                let nulls = if ignore { " IGNORE NULLS" } else { "" };
                let function = name.to_ascii_lowercase();
                Typed::new(format!("{function}({}{nulls}){over}", args.join(", ")), first.kind)
            }
            "PERCENTILE_CONT" | "PERCENTILE_DISC" => {
                return Some(self.percentile(name, &call, &first, place));
            }
            other => self.refuse(
                "unsupported-function",
                format!("function {other} is not supported on the embedded engine"),
                place,
                None,
            ),
        })
    }

    fn aggregate_call(&mut self, name: &str, call: &ast::Call, place: &Expr) -> Call {
        let mut filter = self.row_filter.take();
        let mut args = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            if let Some(given) = &argument.name {
                let message = format!("{name} takes no argument named `{given}`");
                self.refuse("sql-syntax", message, given, None);
            }
            args.push(self.expression(&argument.value));
        }
        if let Some(first) = args.first_mut()
            && let Some(own) = self.own_column_beside(call)
        {
            // The engine would take an aggregate of outer columns for one of the outer query.
            first.sql = format!("(CASE WHEN ({own} IS NULL) IS NOT NULL THEN {} END)", first.sql);
        }
        let mut star = call.star;
        let mut having = None;
        match &call.having {
            Some(_) if filter.is_some() => {
                let message = "HAVING MAX and MIN are not supported in PIVOT";
                self.refuse("unsupported-syntax", message, place, None);
            }
            Some(bound) if name == "ANY_VALUE" => {
                having = Some((bound.is_max, self.expression(&bound.by)));
            }
            Some(bound) => filter = self.has_extreme(bound, place),
            None => {}
        }
        if let Some(condition) = filter.as_ref().filter(|_| name != "ARRAY_AGG") {
            // What is NULL does not count.
            if args.is_empty() {
                star = false;
                args.push(Typed::new("1", Type::Int64));
            }
            // What stands beside the values of these functions is a constant.
            let counted = match name {
                "STRING_AGG" | "APPROX_QUANTILES" => 1,
                _ => 2,
            };
            for arg in args.iter_mut().take(counted) {
                arg.sql = format!("(CASE WHEN {condition} THEN {} END)", arg.sql);
            }
        }
        let order_by = match call.order_by.is_empty() {
            true => None,
            false => Some(self.order_items(&call.order_by)),
        };
        Call {
            distinct: call.distinct,
            args,
            star,
            order_by,
            limit: call.limit.as_ref().map(|limit| self.row_count(limit)),
            nulls: call.nulls,
            over: call.over.as_ref().map(|over| self.over(over)),
            having,
            filter,
        }
    }
}

/// Whether a name is an aggregate or window function's.
pub(super) fn is_aggregate(name: &str) -> bool {
    matches!(
        name,
        "COUNT"
            | "COUNTIF"
            | "SUM"
            | "AVG"
            | "MIN"
            | "MAX"
            | "ANY_VALUE"
            | "LOGICAL_AND"
            | "LOGICAL_OR"
            | "BIT_AND"
            | "BIT_OR"
            | "BIT_XOR"
            | "APPROX_COUNT_DISTINCT"
            | "STDDEV"
            | "STDDEV_SAMP"
            | "STDDEV_POP"
            | "VARIANCE"
            | "VAR_SAMP"
            | "VAR_POP"
            | "CORR"
            | "COVAR_POP"
            | "COVAR_SAMP"
            | "ARRAY_AGG"
            | "ARRAY_CONCAT_AGG"
            | "STRING_AGG"
            | "ROW_NUMBER"
            | "RANK"
            | "DENSE_RANK"
            | "PERCENT_RANK"
            | "CUME_DIST"
            | "NTILE"
            | "LAG"
            | "LEAD"
            | "FIRST_VALUE"
            | "LAST_VALUE"
            | "NTH_VALUE"
            | "PERCENTILE_CONT"
            | "PERCENTILE_DISC"
            | "APPROX_QUANTILES"
            | "MAX_BY"
            | "MIN_BY"
            | "APPROX_TOP_COUNT"
            | "APPROX_TOP_SUM"
            | "HLL_COUNT.INIT"
            | "HLL_COUNT.MERGE"
            | "HLL_COUNT.MERGE_PARTIAL"
    )
}

/// Whether a translated number is less than 0.
fn is_negative(sql: &str) -> bool {
    let bare = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(sql);
    bare.starts_with('-') || constant_number(bare).is_some_and(|number| number < 0.0)
}
