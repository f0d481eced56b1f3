//! Which types CAST goes between.

use super::{
    coercion::{Literal, coercion},
    types::Type,
};

/// Whether CAST goes from one type to another
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules>).
pub(super) fn can_cast(from: &Type, to: &Type, is_literal: bool) -> bool {
    use Type::{
        Array, BigNumeric, Bool, Bytes, Date, DateTime, Float64, Int64, Interval, Null, Numeric,
        Range, String, Struct, Time, Timestamp, Unknown,
    };
    let literal = if is_literal { Literal::Yes } else { Literal::No };
    if coercion(from, &literal, to).is_some() {
        return true;
    }
    match (from, to) {
        (Unknown | Null, _) | (_, Unknown) => true,
        (Array(one), Array(other)) => can_cast(one, other, is_literal),
        (Struct(one), Struct(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|(one, other)| can_cast(&one.kind, &other.kind, is_literal))
        }
        (Range(_), String) | (String, Range(_)) => true,
        (Int64, Bool | String) | (Bool, Int64 | String) => true,
        (one, other) if one.is_number() && other.is_number() => true,
        (Float64 | Numeric | BigNumeric, String) => true,
        (
            String,
            Int64 | Float64 | Numeric | BigNumeric | Bool | Bytes | Date | DateTime | Time
            | Timestamp | Interval,
        ) => true,
        (Bytes, String) | (Interval, String) => true,
        (Date, String | DateTime | Timestamp) => true,
        (DateTime, String | Date | Time | Timestamp) => true,
        (Time, String) => true,
        (Timestamp, String | Date | DateTime | Time) => true,
        _ => false,
    }
}
