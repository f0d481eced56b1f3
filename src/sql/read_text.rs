//! Texts read as values by GoogleSQL's grammar
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions>), which is
//! stricter than the engine's in places and wider in others.

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};

/// An INT64.
pub fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, radix) = match digits.get(..2) {
        Some("0x" | "0X") => (&digits[2..], 16),
        _ => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if negative { -size } else { size }).ok()
}

/// A FLOAT64.
pub fn float(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let named = matches!(word.as_str(), "inf" | "infinity" | "nan");
    if !named && !text.chars().all(is_plain) {
        return None;
    }
    // A number too large is an infinity.
    text.parse().ok()
}

/// A BOOL.
pub fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A DATE.
pub fn day(text: &str) -> Option<NaiveDate> {
    let (date, rest) = date(text.trim())?;
    rest.is_empty().then_some(date)
}

/// A DATETIME.
pub fn civil_moment(text: &str) -> Option<NaiveDateTime> {
    let (moment, rest) = civil(text.trim(), false)?;
    rest.is_empty().then_some(moment)
}

/// A TIMESTAMP.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let (moment, rest) = civil(text.trim(), true)?;
    zoned(moment, rest)
}

/// A TIME.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (time, _, rest) = clock(text.trim(), false)?;
    rest.is_empty().then_some(time)
}

/// A number of `least` to `most` digits, and what follows it.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}

/// `YYYY-[M]M-[D]D`.
fn date(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    if year == 0 {
        return None;
    }
    Some((NaiveDate::from_ymd_opt(year as i32, month, day)?, rest))
}

/// `[H]H:[M]M:[S]S[.DDDDDD]`, whether the next day has begun, and what follows. The second 60 is the
/// next minute; its fraction counts for moments only.
fn clock(text: &str, is_moment: bool) -> Option<(NaiveTime, bool, &str)> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let (second, mut rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let mut micros = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = if length == 0 { (0, fraction) } else { digits(fraction, 1, 6)? };
        // More digits than a microsecond has are no moment.
        if length > 6 {
            return None;
        }
        micros = number * 10_u32.pow(6 - length as u32);
        rest = after;
    }
    if second == 60 {
        let fraction = if is_moment { micros } else { 0 };
        let before = NaiveTime::from_hms_micro_opt(hour, minute, 59, fraction)?;
        let (time, carried) = before.overflowing_add_signed(TimeDelta::seconds(1));
        return Some((time, carried > 0, rest));
    }
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?, false, rest))
}

/// A date with or without a time, and what follows.
fn civil(text: &str, is_moment: bool) -> Option<(NaiveDateTime, &str)> {
    let (day, rest) = date(text)?;
    let after = rest.strip_prefix(['T', 't']).or_else(|| {
        let after = rest.strip_prefix(' ')?;
        // ` Europe/Paris` is a zone, ` 10:00:00` a time.
        after.starts_with(|c: char| c.is_ascii_digit()).then_some(after)
    });
    match after {
        None => Some((day.and_time(NaiveTime::MIN), rest)),
        Some(after) => {
            let (time, is_next_day, rest) = clock(after, is_moment)?;
            let day = if is_next_day { day.succ_opt()? } else { day };
            Some((day.and_time(time), rest))
        }
    }
}

/// A civil moment in the zone that is written behind it; none is UTC.
fn zoned(moment: NaiveDateTime, zone: &str) -> Option<DateTime<Utc>> {
    match zone {
        "" | "Z" | "z" => return Some(moment.and_utc()),
        _ => {}
    }
    let trimmed = zone.trim_start();
    if let Some(sign) = trimmed.chars().next().filter(|c| matches!(c, '+' | '-')) {
        let (hours, rest) = digits(&trimmed[1..], 1, 2)?;
        let (minutes, rest) = match rest.strip_prefix(':') {
            Some(rest) => digits(rest, 1, 2)?,
            None if rest.is_empty() => (0, rest),
            None => digits(rest, 2, 2)?,
        };
        if !rest.is_empty() || hours > 14 || minutes > 59 {
            return None;
        }
        let seconds = (hours * 3600 + minutes * 60) as i32;
        let offset = FixedOffset::east_opt(if sign == '-' { -seconds } else { seconds })?;
        return offset.from_local_datetime(&moment).single().map(|moment| moment.to_utc());
    }
    let zone: chrono_tz::Tz = zone.strip_prefix(' ')?.parse().ok()?;
    match zone.from_local_datetime(&moment) {
        chrono::LocalResult::Single(moment) | chrono::LocalResult::Ambiguous(moment, _) => {
            Some(moment.to_utc())
        }
        // In a gap the clock is read as it was before it.
        chrono::LocalResult::None => {
            let before = zone.from_local_datetime(&(moment - TimeDelta::hours(3)));
            Some(before.earliest()?.to_utc() + TimeDelta::hours(3))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_whole_and_may_be_hexadecimal() {
        assert_eq!(integer(" -0x1F "), Some(-31));
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        for wrong in ["1.5", "", "1_000", "0x", "9223372036854775808"] {
            assert_eq!(integer(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_take_zones() {
        let shown = |text| moment(text).map(|read| read.to_rfc3339());
        assert_eq!(
            shown("2024-1-2 3:4:5.678+01").as_deref(),
            Some("2024-01-02T02:04:05.678+00:00")
        );
        assert_eq!(shown("2024-07-01T10:00:00Z").as_deref(), Some("2024-07-01T10:00:00+00:00"));
        assert_eq!(
            shown("2024-07-01 10:00:00 Europe/Paris").as_deref(),
            Some("2024-07-01T08:00:00+00:00")
        );
        assert_eq!(shown("2024-07-01 Europe/Paris").as_deref(), Some("2024-06-30T22:00:00+00:00"));
        for wrong in ["2024/01/01", "24:00:00", "2024-01-01 25:00:00", "2024-13-01", "now"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
        assert_eq!(civil_moment("2006-01-02 01:02:03 UTC"), None);
        assert_eq!(time_of_day("24:00:00"), None);
    }
}
