//! Time zones: names and offsets, and what a clock there shows.

use chrono::{DateTime, FixedOffset, MappedLocalTime, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// A zone by name or by its offset from UTC.
#[derive(Clone, Copy)]
pub(super) enum Zone {
    Named(Tz),
    Offset(FixedOffset),
}

impl Zone {
    /// `Europe/Paris`, `UTC`, `+05:30`, `UTC+5`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let signed = text.strip_prefix("UTC").unwrap_or(text);
        if signed.starts_with(['+', '-']) {
            return offset(signed)
                .map(Self::Offset)
                .ok_or_else(|| format!("bad time zone: {text}"));
        }
        text.parse().map(Self::Named).map_err(|_| format!("bad time zone: {text}"))
    }

    /// Seconds east of UTC at a moment.
    pub fn seconds_at(self, moment: DateTime<Utc>) -> i32 {
        match self {
            Self::Named(zone) => {
                zone.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc()
            }
            Self::Offset(offset) => offset.local_minus_utc(),
        }
    }

    /// The moment at which the clock shows this: the first of two; in a gap, as it was before it.
    pub fn moment(self, civil: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self {
            Self::Offset(offset) => {
                offset.from_local_datetime(&civil).single().map(|at| at.to_utc())
            }
            Self::Named(zone) => match zone.from_local_datetime(&civil) {
                MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
                    Some(at.to_utc())
                }
                MappedLocalTime::None => {
                    let day = chrono::TimeDelta::days(1);
                    let before = zone.from_local_datetime(&(civil - day)).earliest()?;
                    Some(before.to_utc() + day)
                }
            },
        }
    }
}

/// `+H`, `+HH`, `+HH:MM`, `+HHMM`.
pub(super) fn offset(text: &str) -> Option<FixedOffset> {
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let number = |text: &str| {
        let is_short = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_short.then(|| text.parse::<i32>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    FixedOffset::east_opt(if text.starts_with('-') { -seconds } else { seconds })
}
