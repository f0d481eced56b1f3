//! INTERVALs as text and from text. The driver hands over no INTERVAL: its parts come and go as
//! numbers.

use super::kernel::{Int, Ints, Text, functions};
use crate::sql::{IntervalParts, read_interval};

functions! {
    /// The canonical text of months, days and microseconds.
    "googlesql_interval_text" IntervalText(months: Int, days: Int, micros: Int) -> Text {
        Ok(Some(IntervalParts { months, days, micros }.text()))
    }

    /// ISO 8601's text of months, days and microseconds.
    "googlesql_interval_iso_text" IntervalIsoText(months: Int, days: Int, micros: Int) -> Text {
        Ok(Some(IntervalParts { months, days, micros }.iso_text()))
    }

    /// Months, days and microseconds of a text.
    "googlesql_interval_parts" IntervalPartsOf(text: Text) -> Ints {
        match read_interval(text) {
            Some(parts) => Ok(Some(vec![parts.months, parts.days, parts.micros])),
            None => Err(format!("bad INTERVAL value: {text:?}")),
        }
    }
}
