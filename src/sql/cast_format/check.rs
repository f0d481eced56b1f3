//! Formats that are written out, looked at before they are used.

use super::{
    bytes::text_of_bytes,
    elements::{Kind, elements},
};

/// Whether there is such a format for a CAST from one type to another, by their names; what is not
/// known here is.
///
/// # Errors
/// What is wrong with it.
pub fn check(format: &str, from: &str, to: &str) -> Result<(), String> {
    let other = match (from, to) {
        (other, "STRING") | ("STRING", other) => other,
        _ => return Ok(()),
    };
    let kind = match other {
        "DATE" => Kind::Date,
        "DATETIME" => Kind::DateTime,
        "TIME" => Kind::Time,
        "TIMESTAMP" => Kind::Timestamp,
        "BYTES" => return text_of_bytes(&[], format).map(|_| ()),
        _ => return Ok(()),
    };
    elements(format, kind).map(|_| ())
}
