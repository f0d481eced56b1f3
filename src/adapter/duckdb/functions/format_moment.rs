//! `FORMAT_DATE`, `FORMAT_TIME`, `FORMAT_DATETIME`, `FORMAT_TIMESTAMP`
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time>).

use std::fmt::Write;

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::{
    kernel::{Civil, Moment, Text, functions},
    moments::moment_of,
    zone::Zone,
};

functions! {
    /// Of a DATE (`D`), DATETIME (`DT`) or TIME (`T`).
    "googlesql_format_civil" FormatCivil(format: Text, civil: Civil, family: Text) -> Text {
        let family = match family {
            "D" => Family::Date,
            "T" => Family::Time,
            _ => Family::DateTime,
        };
        Formatted { local: moment_of(civil)?, moment: civil, seconds_east: 0, family }
            .write(format)
            .map(Some)
    }
    /// Of a TIMESTAMP in a zone.
    "googlesql_format_timestamp" FormatTimestamp(format: Text, moment: Moment, zone: Text) -> Text {
        let seconds_east = Zone::parse(zone)?.seconds_at(moment_of(moment)?);
        let local = moment_of(moment + i64::from(seconds_east) * 1_000_000)?;
        Formatted { local, moment, seconds_east, family: Family::Timestamp }.write(format).map(Some)
    }
    /// `STRING(timestamp, zone)`.
    "googlesql_timestamp_text" TimestampText(moment: Moment, zone: Text) -> Text {
        let seconds_east = Zone::parse(zone)?.seconds_at(moment_of(moment)?);
        let local = moment_of(moment + i64::from(seconds_east) * 1_000_000)?;
        let offset = offset(seconds_east, ":");
        let offset = offset.strip_suffix(":00").unwrap_or(&offset);
        let fraction = match local.timestamp_subsec_micros() {
            0 => String::new(),
            micros if micros % 1_000 == 0 => format!(".{:03}", micros / 1_000),
            micros => format!(".{micros:06}"),
        };
        Ok(Some(format!("{}{fraction}{offset}", local.format("%Y-%m-%d %H:%M:%S"))))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Date,
    Time,
    DateTime,
    Timestamp,
}

/// What is formatted.
struct Formatted {
    /// What the clock shows, as if it were UTC.
    local: DateTime<Utc>,
    /// Microseconds since 1970.
    moment: i64,
    seconds_east: i32,
    family: Family,
}

impl Formatted {
    fn write(&self, format: &str) -> Result<String, String> {
        let mut out = String::with_capacity(format.len() + 16);
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            let element = &rest[at..];
            let length = element_length(element);
            if length == 1 {
                out.push('%');
            } else if !self.element(&element[1..length], &mut out)? {
                // What the type has not is written as it stands.
                out.push_str(&element[..length]);
            }
            rest = &element[length..];
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Writes one element; false where the type has no such part.
    fn element(&self, element: &str, out: &mut String) -> Result<bool, String> {
        let local = &self.local;
        let code = element.chars().last().unwrap_or_default();
        let of_time =
            matches!(code, 'H' | 'I' | 'M' | 'S' | 'p' | 'P' | 'R' | 'T' | 'X' | 'k' | 'l' | 'r')
                || element.starts_with('E') && element.ends_with('S');
        let of_zone = matches!(code, 'Z' | 'z');
        let of_both = matches!(code, 'c' | 's');
        let fits = match self.family {
            Family::Date => !(of_time || of_zone || of_both),
            Family::Time => of_time || matches!(code, 'n' | 't' | '%'),
            Family::DateTime => !of_zone,
            Family::Timestamp => true,
        };
        if !fits {
            return Ok(false);
        }
        let hour = local.hour();
        let hour_of_12 = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
        let week = |monday_first: bool| {
            let weekday = local.weekday();
            let since = if monday_first {
                weekday.num_days_from_monday()
            } else {
                weekday.num_days_from_sunday()
            };
            (local.ordinal0() + 7 - since) / 7
        };
        // Writing to a text cannot fail.
        let _ = match element {
            "A" => write!(out, "{}", local.format("%A")),
            "a" => write!(out, "{}", local.format("%a")),
            "B" => write!(out, "{}", local.format("%B")),
            "b" | "h" => write!(out, "{}", local.format("%b")),
            "C" => write!(out, "{:02}", local.year() / 100),
            "c" => write!(
                out,
                "{} {} {:2} {} {}",
                local.format("%a"),
                local.format("%b"),
                local.day(),
                local.format("%H:%M:%S"),
                format_args!("{:04}", local.year())
            ),
            "D" | "x" => {
                write!(out, "{:02}/{:02}/{:02}", local.month(), local.day(), local.year() % 100)
            }
            "d" => write!(out, "{:02}", local.day()),
            "e" => write!(out, "{:2}", local.day()),
            "F" => write!(out, "{:04}-{:02}-{:02}", local.year(), local.month(), local.day()),
            "G" => write!(out, "{:04}", local.iso_week().year()),
            "g" => write!(out, "{:02}", local.iso_week().year() % 100),
            "H" => write!(out, "{hour:02}"),
            "I" => write!(out, "{hour_of_12:02}"),
            "J" => write!(out, "{:03}", iso_day_of_year(local)),
            "j" => write!(out, "{:03}", local.ordinal()),
            "k" => write!(out, "{hour:2}"),
            "l" => write!(out, "{hour_of_12:2}"),
            "M" => write!(out, "{:02}", local.minute()),
            "m" => write!(out, "{:02}", local.month()),
            "n" => out.write_char('\n'),
            "P" => write!(out, "{}", if hour < 12 { "am" } else { "pm" }),
            "p" => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
            "Q" => write!(out, "{}", local.month0() / 3 + 1),
            "R" => write!(out, "{hour:02}:{:02}", local.minute()),
            "r" => write!(
                out,
                "{hour_of_12:02}:{} {}",
                local.format("%M:%S"),
                if hour < 12 { "AM" } else { "PM" }
            ),
            "S" => write!(out, "{:02}", local.second()),
            "s" => write!(out, "{}", self.moment.div_euclid(1_000_000)),
            "T" | "X" => write!(out, "{}", local.format("%H:%M:%S")),
            "t" => out.write_char('\t'),
            "U" => write!(out, "{:02}", week(false)),
            "u" => write!(out, "{}", local.weekday().number_from_monday()),
            "V" => write!(out, "{:02}", local.iso_week().week()),
            "W" => write!(out, "{:02}", week(true)),
            "w" => write!(out, "{}", local.weekday().num_days_from_sunday()),
            "Y" => write!(out, "{}", local.year()),
            "y" => write!(out, "{:02}", local.year() % 100),
            "E4Y" => write!(out, "{:04}", local.year()),
            "Z" => write!(out, "{}", zone_name(self.seconds_east)),
            "z" => write!(out, "{}", offset(self.seconds_east, "")),
            "Ez" => write!(out, "{}", offset(self.seconds_east, ":")),
            "%" => out.write_char('%'),
            "E*S" => {
                let micros = format!(".{:06}", local.timestamp_subsec_micros());
                let fraction = micros.trim_end_matches('0').trim_end_matches('.');
                write!(out, "{:02}{fraction}", local.second())
            }
            other => match other
                .strip_prefix('E')
                .and_then(|rest| rest.strip_suffix('S'))
                .map(str::parse)
            {
                Some(Ok(0)) => write!(out, "{:02}", local.second()),
                Some(Ok(digits @ 1..=9)) => {
                    let nanos = format!("{:06}000", local.timestamp_subsec_micros());
                    let digits: usize = digits;
                    write!(out, "{:02}.{}", local.second(), &nanos[..digits])
                }
                _ => {
                    return Err(format!(
                        "format element %{other} is not supported on the embedded engine"
                    ));
                }
            },
        };
        Ok(true)
    }
}

/// The length of `%…`; 1 where the text ends behind `%`.
pub(super) fn element_length(text: &str) -> usize {
    let rest = &text[1..];
    for long in ["E4Y", "E*S", "Ez"] {
        if rest.starts_with(long) {
            return 1 + long.len();
        }
    }
    let bytes = rest.as_bytes();
    if let [b'E', b'0'..=b'9', b'S', ..] = bytes {
        return 4;
    }
    // Flags and modifiers are named with what they belong to.
    if let (Some(b'E' | b'O' | b'-' | b'_' | b'0' | b'^' | b'#'), Some(next)) =
        (bytes.first(), rest.chars().nth(1))
    {
        return 2 + next.len_utf8();
    }
    1 + rest.chars().next().map_or(0, char::len_utf8)
}

fn iso_day_of_year(local: &DateTime<Utc>) -> u32 {
    (local.iso_week().week() - 1) * 7 + local.weekday().number_from_monday()
}

fn offset(seconds: i32, separator: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
}

/// `UTC`, `UTC-4`, `UTC+0530`.
fn zone_name(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours:02}{minutes:02}"),
    }
}
