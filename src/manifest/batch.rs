//! Spans of time that microbatch models are built in. All times are UTC
//! (<https://docs.getdbt.com/docs/build/incremental-microbatch#timezones>).

use std::fmt::{self, Display, Formatter};

use chrono::{
    DateTime, Datelike, Duration, DurationRound, Months, NaiveDate, NaiveDateTime, NaiveTime, Utc,
};

/// `batch_size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchSize {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl BatchSize {
    /// dbt's names, in order.
    pub const NAMES: [&'static str; 4] = ["hour", "day", "month", "year"];

    /// dbt's name of it.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The size of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Hour, Self::Day, Self::Month, Self::Year];
        all.into_iter().find(|size| size.as_str() == name)
    }

    /// The start of the span that a time is in.
    pub fn floor(self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Hour => at.duration_trunc(Duration::hours(1)).unwrap_or(at),
            Self::Day => midnight(at.date_naive()),
            Self::Month => midnight(at.date_naive().with_day(1).unwrap_or(at.date_naive())),
            Self::Year => {
                midnight(NaiveDate::from_ymd_opt(at.year(), 1, 1).unwrap_or(at.date_naive()))
            }
        }
    }

    /// The time itself where a span starts there, else the start of the next.
    pub fn ceiling(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let floor = self.floor(at);
        if floor == at { at } else { self.after(floor, 1) }
    }

    /// The start of the span `count` spans after the one that a time is in; before it, where
    /// `count` is negative. Stays where the calendar ends.
    pub fn after(self, at: DateTime<Utc>, count: i32) -> DateTime<Utc> {
        let start = self.floor(at);
        let by_months = |months: u32| {
            let months = Months::new(months.saturating_mul(count.unsigned_abs()));
            match count < 0 {
                true => start.checked_sub_months(months),
                false => start.checked_add_months(months),
            }
        };
        let moved = match self {
            Self::Hour => start.checked_add_signed(Duration::hours(count.into())),
            Self::Day => start.checked_add_signed(Duration::days(count.into())),
            Self::Month => by_months(1),
            Self::Year => by_months(12),
        };
        moved.unwrap_or(start)
    }
}

fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

impl Display for BatchSize {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A span of time; its end is no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    /// Its first moment.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
}

impl TimeSpan {
    /// The part that both have; empty at its start where they have none.
    pub fn intersection(self, other: Self) -> Self {
        let start = self.start.max(other.start);
        Self { start, end: self.end.min(other.end).max(start) }
    }

    /// Whether no moment is in it.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// One batch of a microbatch model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    /// Its time.
    pub span: TimeSpan,
    /// The size it was made by.
    pub size: BatchSize,
}

impl Batch {
    /// dbt's name of it, which is also part of its file's: `2024-09-17T16`, `2024-09-17`, `2024-09`
    /// or `2024`.
    pub fn name(&self) -> String {
        let format = match self.size {
            BatchSize::Hour => "%Y-%m-%dT%H",
            BatchSize::Day => "%Y-%m-%d",
            BatchSize::Month => "%Y-%m",
            BatchSize::Year => "%Y",
        };
        self.span.start.format(format).to_string()
    }

    /// `model.batch.id`: the name without hyphens.
    pub fn id(&self) -> String {
        self.name().replace('-', "")
    }
}

/// A time as dbt writes it in SQL and artifacts' texts: `2024-09-17 16:00:00+00:00`.
pub fn utc_text(at: DateTime<Utc>) -> String {
    // As Python's `datetime` prints itself.
    let fraction = if at.timestamp_subsec_micros() == 0 { "" } else { "%.6f" };
    at.format(&format!("%Y-%m-%d %H:%M:%S{fraction}+00:00")).to_string()
}

/// A date or a date and time as ISO 8601 has them (`2024-09-17`, `2024-09-17 16:00:00`,
/// `2024-09-17T16:00:00Z`), in UTC.
///
/// # Errors
/// What is wrong with the text, to be said after it.
pub fn parse_utc(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let text = text.trim();
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(midnight(date));
    }
    let (time, zone) = match text.strip_suffix(['Z', 'z']) {
        Some(time) => (time, Some(0)),
        None => match text.get(10..).and_then(|rest| rest.rfind(['+', '-'])) {
            Some(at) => {
                let (time, offset) = text.split_at(10 + at);
                let minutes = offset_minutes(offset).ok_or("is no date or time")?;
                (time, Some(minutes))
            }
            None => (text, None),
        },
    };
    let time = time.trim_end();
    let formats =
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let parsed = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(time, format).ok());
    match (parsed, zone.unwrap_or(0)) {
        (Some(time), 0) => Ok(time.and_utc()),
        // dbt takes the time and leaves the zone: neither reading would be what everybody means.
        (Some(_), _) => Err("has an offset from UTC, and all times of batches are UTC"),
        (None, _) => Err("is no date or time"),
    }
}

/// The minutes of `+02:00`, `+0200` or `+02`.
fn offset_minutes(offset: &str) -> Option<i32> {
    let digits: String = offset[1..].chars().filter(|c| *c != ':').collect();
    let plain =
        digits.len() <= 4 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let digits = if digits.len() <= 2 { format!("{digits}00") } else { digits };
    let number: i32 = plain.then(|| digits.parse().ok())??;
    Some(number / 100 * 60 + number % 100)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        parse_utc(text).unwrap()
    }

    #[test]
    fn spans_start_and_end_with_the_calendar() {
        let moment = at("2024-02-29 16:06:01.5");
        let story = BatchSize::NAMES.map(|name| {
            let size = BatchSize::from_name(name).unwrap();
            let text = |at: DateTime<Utc>| utc_text(at).replace("+00:00", "");
            let around = [-13, -1, 1, 13].map(|count| text(size.after(moment, count)));
            format!(
                "{name}: in {}, next {}; {}",
                text(size.floor(moment)),
                text(size.ceiling(moment)),
                around.join(", ")
            )
        });
        insta::assert_snapshot!(story.join("\n"), @"
        hour: in 2024-02-29 16:00:00, next 2024-02-29 17:00:00; 2024-02-29 03:00:00, 2024-02-29 15:00:00, 2024-02-29 17:00:00, 2024-03-01 05:00:00
        day: in 2024-02-29 00:00:00, next 2024-03-01 00:00:00; 2024-02-16 00:00:00, 2024-02-28 00:00:00, 2024-03-01 00:00:00, 2024-03-13 00:00:00
        month: in 2024-02-01 00:00:00, next 2024-03-01 00:00:00; 2023-01-01 00:00:00, 2024-01-01 00:00:00, 2024-03-01 00:00:00, 2025-03-01 00:00:00
        year: in 2024-01-01 00:00:00, next 2025-01-01 00:00:00; 2011-01-01 00:00:00, 2023-01-01 00:00:00, 2025-01-01 00:00:00, 2037-01-01 00:00:00
        ");
        let start = at("2024-01-01");
        assert!(BatchSize::NAMES.iter().all(|name| {
            let size = BatchSize::from_name(name).unwrap();
            size.ceiling(start) == start && size.floor(start) == start
        }));
    }

    #[test]
    fn times_before_1970_are_floored_too() {
        assert_eq!(BatchSize::Hour.floor(at("1969-12-31 23:30:00")), at("1969-12-31 23:00:00"));
        assert_eq!(BatchSize::Year.floor(at("0001-06-01")), at("0001-01-01"));
    }

    #[test]
    fn batches_are_named_as_in_dbt() {
        let name = |size: BatchSize| {
            let start = size.floor(at("2024-09-17T16:06:00"));
            let batch = Batch { span: TimeSpan { start, end: size.after(start, 1) }, size };
            format!("{} {}", batch.name(), batch.id())
        };
        assert_eq!(name(BatchSize::Hour), "2024-09-17T16 20240917T16");
        assert_eq!(name(BatchSize::Day), "2024-09-17 20240917");
        assert_eq!(name(BatchSize::Month), "2024-09 202409");
        assert_eq!(name(BatchSize::Year), "2024 2024");
    }

    #[test]
    fn times_are_read_as_utc_and_offsets_are_refused() {
        for text in [
            "2024-09-17 16:00:00",
            "2024-09-17T16:00:00Z",
            "2024-09-17T16:00",
            "2024-09-17 16:00:00.000+00:00",
            " 2024-09-17 16:00:00-0000 ",
        ] {
            assert_eq!(utc_text(at(text)), "2024-09-17 16:00:00+00:00", "{text}");
        }
        assert_eq!(utc_text(at("2024-09-17 16:00:00.25")), "2024-09-17 16:00:00.250000+00:00");
        for text in ["2024-09-17 16:00:00+02:00", "2024-09-17T16:00:00-05"] {
            assert!(parse_utc(text).unwrap_err().contains("offset"), "{text}");
        }
        for text in ["", "soon", "2024-13-01", "2024-09-17 25:00:00", "2024-09-17x", "20240917 +ä"]
        {
            assert_eq!(parse_utc(text), Err("is no date or time"), "{text}");
        }
    }

    #[test]
    fn what_two_spans_share() {
        let span = |start: &str, end: &str| TimeSpan { start: at(start), end: at(end) };
        let year = span("2024-01-01", "2025-01-01");
        let may = span("2024-05-01", "2024-06-01");
        assert_eq!(year.intersection(may), may);
        assert!(may.intersection(span("2024-06-01", "2024-07-01")).is_empty());
    }
}
