//! PERCENTILE_CONT and PERCENTILE_DISC
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/navigation_functions#percentile_cont>).

use super::{
    aggregates::Call,
    ast::{Expr, Nulls},
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// PERCENTILE_CONT and PERCENTILE_DISC.
    pub fn percentile(&mut self, name: &str, call: &Call, first: &Typed, place: &Expr) -> Typed {
        let Some(over) = &call.over else {
            let message = format!("{name} needs OVER in BigQuery");
            let help = format!("use APPROX_QUANTILES, or {name}(…) OVER () in a subquery");
            return self.refuse("sql-syntax", message, place, Some(&help));
        };
        let respects = matches!(call.nulls, Some(Nulls::Respect));
        if respects && name == "PERCENTILE_DISC" {
            let message = format!("RESPECT NULLS in {name} is not supported");
            return self.refuse("unsupported-syntax", message, place, None);
        }
        let at = call.args.get(1).map_or("0.5".to_owned(), |arg| arg.sql.clone());
        if name == "PERCENTILE_DISC" {
            let value = no_nan(first, name);
            return Typed::new(format!("quantile_disc({value}, {at}){over}"), first.kind.clone());
        }
        if let Some(exact) = self.exact_percentile(call, first) {
            return exact;
        }
        let first = &self.beside_bignumeric(first.clone(), &Type::Float64);
        let value = format!("CAST({} AS DOUBLE)", first.sql);
        let fast =
            format!("quantile_cont(CASE WHEN isfinite({value}) THEN {value} END, {at}){over}");
        let others = match respects {
            true => format!("{value} IS NULL OR NOT isfinite({value})"),
            false => format!("NOT isfinite({value})"),
        };
        if first.kind != Type::Float64 && !respects {
            return Typed::new(fast, Type::Float64);
        }
        // The engine's own knows neither NULL nor what is not finite.
        let sql = format!(
            "(CASE WHEN count(*) FILTER (WHERE {others}){over} = 0 THEN {fast} ELSE googlesql_percentile(array_agg({value}){over}, CAST({at} AS DOUBLE), {}) END)",
            i32::from(respects)
        );
        Typed::new(sql, Type::Float64)
    }

    /// PERCENTILE_CONT of decimals by a decimal: the engine would interpolate as a double. None for
    /// other types.
    fn exact_percentile(&mut self, call: &Call, first: &Typed) -> Option<Typed> {
        let places = match first.kind {
            Type::Numeric => 9,
            Type::BigNumeric => 38,
            _ => return None,
        };
        let share = call.args.get(1)?;
        if !matches!(share.kind, Type::Numeric | Type::BigNumeric) {
            return None;
        }
        let value = self.convert(first, &Type::BigNumeric, false);
        let share = self.convert(share, &Type::BigNumeric, false);
        let over = call.over.as_deref().unwrap_or_default();
        let respects = i32::from(matches!(call.nulls, Some(Nulls::Respect)));
        let text = format!(
            "googlesql_bignumeric_percentile(array_agg({value}){over}, {share}, CAST({respects} AS BIGINT), CAST({places} AS BIGINT))"
        );
        let sql = match first.kind {
            Type::Numeric => format!("CAST({text} AS DECIMAL(38,9))"),
            _ => format!("googlesql_bignumeric({text})"),
        };
        Some(Typed::new(sql, first.kind.clone()))
    }
}

/// A value whose order decides: the engine holds NaN for the largest number, BigQuery for the least.
pub(super) fn no_nan(value: &Typed, function: &str) -> String {
    let sql = &value.sql;
    match value.kind {
        Type::Float64 => format!(
            "(CASE WHEN isnan({sql}) THEN error('{function} of NaN is not supported on the embedded engine') ELSE {sql} END)"
        ),
        _ => sql.clone(),
    }
}
