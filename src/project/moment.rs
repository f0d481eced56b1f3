//! Dates and moments of properties, as dbt reads them.

use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

/// How a moment without a zone may be written.
const WITHOUT_ZONE: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
/// How a moment with a zone may be written.
const WITH_ZONE: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"];

/// The moment that a text means: a date is its midnight, and what names no zone is of this machine's,
/// as in dbt.
pub(super) fn read_moment(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.trim().replacen(['T', 't'], " ", 1);
    let with_zone = text.replace(['Z', 'z'], "+00:00").replace(" +", "+").replace(" -", "-");
    if let Some(found) =
        WITH_ZONE.iter().find_map(|format| DateTime::parse_from_str(&with_zone, format).ok())
    {
        return Some(found);
    }
    let plain = WITHOUT_ZONE
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
        .or_else(|| Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN)))?;
    // A moment that the clock skips in spring is taken as the one after.
    let local = Local.from_local_datetime(&plain);
    local
        .earliest()
        .map_or_else(|| Some(plain.and_utc().into()), |found| Some(found.fixed_offset()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_yaml_writes_them() {
        for (text, expected) in [
            ("2099-01-02T03:04:05Z", "2099-01-02T03:04:05+00:00"),
            ("2099-01-02 03:04:05.25+01:00", "2099-01-02T03:04:05.250+01:00"),
            ("2099-01-02 03:04:05 -05:00", "2099-01-02T03:04:05-05:00"),
        ] {
            assert_eq!(read_moment(text).map(|at| at.to_rfc3339()).as_deref(), Some(expected));
        }
        for text in ["2024-02-01", "2024-02-01T10:00:00", "2024-02-01 10:00"] {
            assert!(read_moment(text).is_some_and(|at| at.to_rfc3339().starts_with("2024-02-01T")));
        }
        for text in ["soon", "2024-13-01", "20240101", "2024-02-30"] {
            assert_eq!(read_moment(text), None, "{text}");
        }
    }
}
