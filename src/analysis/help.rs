//! What to do where types do not go together.

use super::{casts::can_cast, rows::Value, types::Type};

/// How values of these types are made comparable.
pub(super) fn compare_help<'v>(
    first: &Type,
    mut others: impl Iterator<Item = &'v Type>,
) -> Option<String> {
    let other = others.find(|other| !other.is_alike(first))?;
    let cast = |from: &Type, to: &Type| format!("cast one side: `CAST(… AS {to})` of the {from}");
    match (first, other) {
        (Type::String, other) | (other, Type::String) if other.is_number() => Some(format!(
            "cast one side: `SAFE_CAST(… AS {other})` of the STRING, or `CAST(… AS STRING)`"
        )),
        (Type::Date, Type::Timestamp) | (Type::Timestamp, Type::Date) => {
            Some("compare dates: `DATE(…)` of the TIMESTAMP".to_owned())
        }
        (Type::DateTime, Type::Timestamp) | (Type::Timestamp, Type::DateTime) => Some(
            "say the time zone: `TIMESTAMP(…, zone)` of the DATETIME, or `DATETIME(…, zone)`"
                .to_owned(),
        ),
        (one, other) if can_cast(one, other, false) => Some(cast(one, other)),
        (one, other) if can_cast(other, one, false) => Some(cast(other, one)),
        _ => None,
    }
}

/// What to do where an operator does not take values.
pub(super) fn operator_help(symbol: &str, values: &[Value]) -> Option<String> {
    let is = |kind: &Type| values.iter().any(|value| value.kind == *kind);
    match symbol {
        "+" if is(&Type::String) && values.iter().all(|value| value.kind == Type::String) => {
            Some("join texts with `||` or `CONCAT`".to_owned())
        }
        "||" => Some("cast the other to STRING".to_owned()),
        "+" | "-" if is(&Type::Timestamp) || is(&Type::DateTime) => {
            Some("add `INTERVAL n DAY`, or use `TIMESTAMP_ADD`".to_owned())
        }
        _ if is(&Type::String) => {
            Some("cast the text to a number: `SAFE_CAST(… AS INT64)`".to_owned())
        }
        _ => None,
    }
}
