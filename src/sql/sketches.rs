//! Counts that BigQuery approximates and the embedded engine knows exactly: sketches of HLL_COUNT, and
//! the most frequent values
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/approximate_aggregate_functions>).

use super::{
    aggregates::Call,
    ast::Expr,
    operators::constant_number,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `HLL_COUNT.INIT` and its like; none where the name is no such function.
    pub fn sketch(&mut self, name: &str, call: &Call, place: &Expr) -> Option<Typed> {
        let first = call.args.first().cloned().unwrap_or_else(|| Typed::new("NULL", Type::Null));
        let (sql, over) = (&first.sql, call.over.as_deref().unwrap_or_default());
        let known = format!("FILTER (WHERE {sql} IS NOT NULL){over}");
        let merged = format!("googlesql_merged_sketches(array_agg({sql}) {known})");
        Some(match (name, call.args.len()) {
            ("HLL_COUNT.INIT", 1 | 2) => {
                let (kind, bytes) = match first.kind {
                    Type::Bytes => ('B', sql.clone()),
                    Type::String => ('S', format!("encode({sql})")),
                    Type::Int64 => ('I', format!("encode(CAST({sql} AS VARCHAR))")),
                    Type::Numeric => ('N', format!("encode(CAST({sql} AS VARCHAR))")),
                    Type::BigNumeric => ('N', format!("encode(googlesql_bignumeric_text({sql}))")),
                    other => {
                        let message = format!("{name} takes no {}", other.google());
                        return Some(self.refuse("wrong-type", message, place, Some("use CAST")));
                    }
                };
                let each = format!("googlesql_farm_fingerprint({bytes})");
                let sketch =
                    format!("googlesql_sketch(array_agg(DISTINCT {each}) {known}, '{kind}')");
                Typed::new(sketch, Type::Bytes)
            }
            ("HLL_COUNT.MERGE_PARTIAL", 1) => Typed::new(merged, Type::Bytes),
            ("HLL_COUNT.MERGE", 1) => {
                Typed::new(format!("coalesce(googlesql_sketch_count({merged}), 0)"), Type::Int64)
            }
            ("APPROX_TOP_COUNT", 2) => self.top_count(&first, call, place),
            _ => return None,
        })
    }

    /// `APPROX_TOP_COUNT(value, number)`: values with their counts, NULL too.
    fn top_count(&mut self, value: &Typed, call: &Call, place: &Expr) -> Typed {
        let number = call.args.get(1).and_then(|number| constant_number(&number.sql));
        let Some(number) = number.filter(|number| *number >= 1.0 && number.fract() == 0.0) else {
            let message = "APPROX_TOP_COUNT takes a literal number of values, 1 or more";
            return self.refuse("sql-syntax", message, place, None);
        };
        if matches!(value.kind, Type::Array(_) | Type::Struct(_) | Type::Json | Type::Float64) {
            let message = format!("APPROX_TOP_COUNT of {} is not supported", value.kind.google());
            return self.refuse(
                "unsupported-function",
                message,
                place,
                Some("count with GROUP BY"),
            );
        }
        let (sql, over) = (&value.sql, call.over.as_deref().unwrap_or_default());
        let counts = Typed::new(
            format!(
                "struct_pack(h := map_entries(histogram({sql}){over}), n := count(*) FILTER (WHERE {sql} IS NULL){over})"
            ),
            Type::Unknown,
        );
        let name = match value.kind.duckdb() {
            Some(name) => name,
            None => "VARCHAR".to_owned(),
        };
        // The most frequent first: by counts less than nothing.
        let text = self.bind(&[&counts], |names| {
            let counts = &names[0];
            let known = format!(
                "list_transform(coalesce({counts}.h, []), lambda e: struct_pack(c := -CAST(e.value AS BIGINT), k := CAST(e.key AS {name})))"
            );
            let unknown = format!(
                "(CASE WHEN {counts}.n > 0 THEN [struct_pack(c := -CAST({counts}.n AS BIGINT), k := CAST(NULL AS {name}))] ELSE [] END)"
            );
            format!(
                "nullif(list_transform(list_slice(list_sort(list_concat({known}, {unknown})), 1, {number}), lambda e: struct_pack(value := e.k, count := -e.c)), [])"
            )
        });
        let row = Type::Struct(vec![
            ("value".to_owned(), value.kind.clone()),
            ("count".to_owned(), Type::Int64),
        ]);
        Typed::new(text, Type::Array(Box::new(row)))
    }
}
