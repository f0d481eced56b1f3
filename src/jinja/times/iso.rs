//! ISO 8601, as Python's `isoformat` writes it and `fromisoformat` reads it.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};
use minijinja::Error;

use super::{Tzinfo, Zone, clock::time_of, invalid};

/// How much of a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Microseconds where there are any.
    Auto,
    /// `10`
    Hours,
    /// `10:30`
    Minutes,
    /// `10:30:05`
    Seconds,
    /// `10:30:05.000`
    Milliseconds,
    /// `10:30:05.000000`
    Microseconds,
}

impl Precision {
    /// The precision that `timespec=` names.
    ///
    /// # Errors
    /// Unknown names.
    pub fn named(name: Option<&str>) -> Result<Self, Error> {
        Ok(match name {
            None | Some("auto") => Self::Auto,
            Some("hours") => Self::Hours,
            Some("minutes") => Self::Minutes,
            Some("seconds") => Self::Seconds,
            Some("milliseconds") => Self::Milliseconds,
            Some("microseconds") => Self::Microseconds,
            Some(other) => return Err(invalid(format!("no `timespec` is named `{other}`"))),
        })
    }
}

/// A time of day.
pub fn time_text(time: NaiveTime, precision: Precision) -> String {
    let micros = time.nanosecond() / 1000;
    match precision {
        Precision::Hours => time.format("%H").to_string(),
        Precision::Minutes => time.format("%H:%M").to_string(),
        Precision::Milliseconds => format!("{}.{:03}", time.format("%H:%M:%S"), micros / 1000),
        Precision::Auto if micros == 0 => time.format("%H:%M:%S").to_string(),
        Precision::Seconds => time.format("%H:%M:%S").to_string(),
        Precision::Auto | Precision::Microseconds => {
            format!("{}.{micros:06}", time.format("%H:%M:%S"))
        }
    }
}

/// Takes digits from the start of a text.
fn digits<'t>(text: &mut &'t str, count: usize) -> Option<&'t str> {
    let found =
        text.get(..count).filter(|found| found.bytes().all(|byte| byte.is_ascii_digit()))?;
    *text = &text[count..];
    Some(found)
}

fn number<T: std::str::FromStr>(text: &mut &str, count: usize) -> Option<T> {
    digits(text, count)?.parse().ok()
}

fn taken(text: &mut &str, sign: char) -> bool {
    text.strip_prefix(sign).is_some_and(|rest| {
        *text = rest;
        true
    })
}

/// `2024-01-31`, `20240131`, `2024-W05-3`: the date, and what comes after it.
fn date_of(text: &str) -> Option<(NaiveDate, &str)> {
    let mut rest = text;
    let year: i32 = number(&mut rest, 4)?;
    let dashes = taken(&mut rest, '-');
    if taken(&mut rest, 'W') {
        let week: u32 = number(&mut rest, 2)?;
        let has_day = if dashes {
            taken(&mut rest, '-')
        } else {
            rest.starts_with(|c: char| c.is_ascii_digit())
        };
        let day: u8 = if has_day { number(&mut rest, 1)? } else { 1 };
        let day = Weekday::try_from(day.checked_sub(1)?).ok()?;
        return Some((NaiveDate::from_isoywd_opt(year, week, day)?, rest));
    }
    let month: u32 = number(&mut rest, 2)?;
    if dashes && !taken(&mut rest, '-') {
        return None;
    }
    let day: u32 = number(&mut rest, 2)?;
    Some((NaiveDate::from_ymd_opt(year, month, day).filter(|_| year > 0)?, rest))
}

/// `10`, `10:30`, `103005`, `10:30:05.25`: the time, and what comes after it.
fn time_at(text: &str) -> Option<(NaiveTime, &str)> {
    let mut rest = text;
    let hour: i64 = number(&mut rest, 2)?;
    let colons = rest.starts_with(':');
    let mut parts = [0i64; 2];
    for part in &mut parts {
        let more = if colons {
            taken(&mut rest, ':')
        } else {
            rest.starts_with(|c: char| c.is_ascii_digit())
        };
        if !more {
            break;
        }
        *part = number(&mut rest, 2)?;
    }
    let mut micros = 0;
    if rest.starts_with(['.', ',']) {
        let fraction: String = rest[1..].chars().take_while(char::is_ascii_digit).collect();
        rest = &rest[1 + fraction.len()..];
        micros =
            format!("{fraction:0<6}").get(..6)?.parse().ok().filter(|_| !fraction.is_empty())?;
    }
    Some((time_of(hour, parts[0], parts[1], micros).ok()?, rest))
}

/// `Z`, `+02:00`, `-0530`, nothing.
pub fn offset_of(text: &str) -> Option<Option<Tzinfo>> {
    if text.is_empty() {
        return Some(None);
    }
    let mut rest = text;
    let seconds = if taken(&mut rest, 'Z') {
        0
    } else {
        let sign = if taken(&mut rest, '-') { -1 } else { i32::from(taken(&mut rest, '+')) };
        let (time, after) = time_at(rest)?;
        rest = after;
        sign * time.num_seconds_from_midnight() as i32
    };
    let is_offset = rest.is_empty() && (seconds != 0 || text.starts_with(['Z', '+', '-']));
    is_offset.then_some(Some(Tzinfo { zone: Zone::Offset(seconds), offset_secs: seconds }))
}

/// `date.fromisoformat`
pub fn read_date(text: &str) -> Option<NaiveDate> {
    date_of(text).filter(|(_, rest)| rest.is_empty()).map(|(date, _)| date)
}

/// `time.fromisoformat`
pub fn read_time(text: &str) -> Option<(NaiveTime, Option<Tzinfo>)> {
    let (time, rest) = time_at(text.strip_prefix('T').unwrap_or(text))?;
    Some((time, offset_of(rest)?))
}

/// `datetime.fromisoformat`: any character stands between date and time.
pub fn read_datetime(text: &str) -> Option<(NaiveDateTime, Option<Tzinfo>)> {
    let (date, rest) = date_of(text)?;
    let mut characters = rest.chars();
    if characters.next().is_none() {
        return Some((date.and_time(NaiveTime::MIN), None));
    }
    let (time, rest) = time_at(characters.as_str())?;
    Some((date.and_time(time), offset_of(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        read_datetime(text).map(|(local, zone)| {
            format!(
                "{local}{}",
                zone.map_or(String::new(), |zone| format!(" {}", zone.offset_secs))
            )
        })
    }

    #[test]
    fn dates_and_times_are_read_as_python_reads_them() {
        for (text, expected) in [
            ("2024-01-31", Some("2024-01-31 00:00:00")),
            ("20240131T103005", Some("2024-01-31 10:30:05")),
            ("2024-W05-3", Some("2024-01-31 00:00:00")),
            ("2024-01-31 10", Some("2024-01-31 10:00:00")),
            ("2024-01-31x10:30:05.25", Some("2024-01-31 10:30:05.250")),
            ("2024-01-31T10:30:05Z", Some("2024-01-31 10:30:05 0")),
            ("2024-01-31T10:30-05:30", Some("2024-01-31 10:30:00 -19800")),
            ("2024-02-30", None),
            ("2024-01-31T", None),
            ("2024-01-31T10:30 ", None),
            ("0000-01-01", None),
            ("2024-01-31T24:00", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}|[0-9TZW:.+ -]{0,30}") {
            let _ = (read_datetime(&text), read_time(&text), read_date(&text));
        }
    }
}
