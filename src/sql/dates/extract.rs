//! EXTRACT.

use super::{
    part::{Part, part as part_by_name, part_text},
    zone::in_zone,
};
use crate::sql::{
    ast::Expr,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `EXTRACT(field FROM inner [AT TIME ZONE zone])`.
    pub fn extract(
        &mut self,
        part: &Expr,
        value: &Expr,
        zone: Option<&Expr>,
        place: &Expr,
    ) -> Typed {
        let value = self.expression(value);
        if let Some(zone) = zone
            && !matches!(value.kind, Type::Timestamp | Type::Unknown)
        {
            let message = format!("AT TIME ZONE needs a TIMESTAMP, not {}", value.kind.google());
            return self.refuse("wrong-type", message, zone, None);
        }
        let value = match value.kind {
            Type::Timestamp => {
                let zone = self.zone_argument(zone);
                Typed::new(in_zone(&value.sql, &zone), Type::DateTime)
            }
            _ => value,
        };
        let name = part_text(part).to_ascii_uppercase();
        let sql = &value.sql;
        let number = |sql: String| Typed::new(format!("CAST({sql} AS BIGINT)"), Type::Int64);
        match name.as_str() {
            "DATE" => Typed::new(format!("CAST({sql} AS DATE)"), Type::Date),
            "TIME" => Typed::new(format!("CAST({sql} AS TIME)"), Type::Time),
            "DATETIME" => Typed::new(format!("CAST({sql} AS TIMESTAMP)"), Type::DateTime),
            // Sunday is 1 in BigQuery and 0 in DuckDB.
            "DAYOFWEEK" => number(format!("dayofweek({sql}) + 1")),
            "DAYOFYEAR" => number(format!("dayofyear({sql})")),
            "ISOWEEK" => number(format!("weekofyear({sql})")),
            "ISOYEAR" => number(format!("isoyear({sql})")),
            "WEEK" | "WEEK(SUNDAY)" => number(format!("strftime({sql}, '%U')")),
            "WEEK(MONDAY)" => number(format!("strftime({sql}, '%W')")),
            // The days before the year's first such day are in week 0.
            day if let Some(Part::Week(first)) = part_by_name(day) => number(format!(
                "(dayofyear({sql}) + 6 - (dayofweek({sql}) + {}) % 7) // 7",
                7 - first
            )),
            "MILLISECOND" => number(format!("millisecond({sql}) % 1000")),
            "MICROSECOND" => number(format!("microsecond({sql}) % 1000000")),
            "YEAR" | "QUARTER" | "MONTH" | "DAY" | "HOUR" | "MINUTE" | "SECOND" => {
                number(format!("{}({sql})", name.to_ascii_lowercase()))
            }
            other => self.refuse(
                "unsupported-syntax",
                format!("EXTRACT({other}) is not supported on the embedded engine"),
                place,
                None,
            ),
        }
    }
}
