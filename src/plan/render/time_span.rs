//! The rows whose time is in a span, as a condition.

use chrono::{DateTime, Utc};

use crate::{
    manifest::utc_text,
    plan::{ColumnTimeSpan, TimeValues},
    relation::Dialect,
};

/// The condition on the column of `alias`. On both engines a plain comparison with constants, so that
/// partitions and row groups out of the span are not read; only where the type of the column is not
/// known, each value is cast.
pub fn time_span_condition(time: &ColumnTimeSpan, alias: &str, dialect: Dialect) -> String {
    let column = format!("{alias}.{}", dialect.quote(&time.column));
    let column = match time.values {
        TimeValues::Any => format!("cast({column} as timestamp)"),
        _ => column,
    };
    let literal = |at| time.literal(at, dialect);
    format!("{column} >= {} and {column} < {}", literal(time.span.start), literal(time.span.end))
}

impl ColumnTimeSpan {
    /// The start of the span as a value of the column.
    pub fn start_literal(&self, dialect: Dialect) -> String {
        self.literal(self.span.start, dialect)
    }

    fn literal(&self, at: DateTime<Utc>, dialect: Dialect) -> String {
        let without_zone = || at.format("%Y-%m-%d %H:%M:%S%.f").to_string();
        match (self.values, dialect) {
            (TimeValues::Dates, _) => format!("date '{}'", at.date_naive()),
            (TimeValues::Datetimes, Dialect::GoogleSql) => format!("datetime '{}'", without_zone()),
            (TimeValues::Timestamps, Dialect::DuckDb) => format!("timestamptz '{}'", utc_text(at)),
            // The engine's `timestamp` has no zone, and its casts go by way of UTC.
            (TimeValues::Datetimes | TimeValues::Any, Dialect::DuckDb) => {
                format!("timestamp '{}'", without_zone())
            }
            (TimeValues::Timestamps | TimeValues::Any, Dialect::GoogleSql) => {
                format!("timestamp '{}'", utc_text(at))
            }
            (TimeValues::AsText, _) => format!("'{}'", utc_text(at)),
        }
    }
}
