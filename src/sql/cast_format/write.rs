//! A moment as text.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::elements::{Case, Element, Kind, elements};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// What a clock shows.
#[derive(Clone, Copy, Debug)]
pub struct Civil {
    /// The date and the time.
    pub moment: NaiveDateTime,
    /// How far the zone is from UTC, in seconds.
    pub offset_secs: i32,
}

/// A moment by a format.
///
/// # Errors
/// What is no format of the type's.
pub fn write(format: &str, civil: Civil, kind: Kind) -> Result<String, String> {
    let moment = civil.moment;
    let mut out = String::new();
    for element in elements(format, kind)? {
        let text = match element {
            Element::Year(4) | Element::RoundYear(4) => format!("{:04}", moment.year()),
            Element::Year(digits) | Element::RoundYear(digits) => {
                let year = moment.year() % 10_i32.pow(digits as u32);
                format!("{year:0digits$}")
            }
            Element::Month => format!("{:02}", moment.month()),
            Element::ShortMonth(case) => cased(&MONTHS[moment.month0() as usize][..3], case),
            Element::LongMonth(case) => cased(MONTHS[moment.month0() as usize], case),
            Element::DayOfYear => format!("{:03}", moment.ordinal()),
            Element::Day => format!("{:02}", moment.day()),
            Element::DayOfWeek => (moment.weekday().num_days_from_sunday() + 1).to_string(),
            Element::ShortWeekday(case) => cased(&weekday(moment)[..3], case),
            Element::LongWeekday(case) => cased(weekday(moment), case),
            Element::Hour12 => format!("{:02}", moment.hour12().1),
            Element::Hour24 => format!("{:02}", moment.hour()),
            Element::Minute => format!("{:02}", moment.minute()),
            Element::Second => format!("{:02}", moment.second()),
            Element::SecondOfDay => format!("{:05}", moment.num_seconds_from_midnight()),
            Element::Fraction(digits) => {
                format!("{:09}", moment.nanosecond() % 1_000_000_000)[..digits].to_owned()
            }
            Element::Meridian(case, dots) => {
                let letter = if moment.hour() < 12 { "A" } else { "P" };
                let text = if dots { format!("{letter}.M.") } else { format!("{letter}M") };
                match case {
                    Case::Upper => text,
                    // Both letters follow the first one's.
                    Case::Capital => text,
                    Case::Lower => text.to_lowercase(),
                }
            }
            Element::ZoneHour => {
                let sign = if civil.offset_secs < 0 { '-' } else { '+' };
                format!("{sign}{:02}", civil.offset_secs.abs() / 3600)
            }
            Element::ZoneMinute => format!("{:02}", civil.offset_secs.abs() / 60 % 60),
            Element::Literal(text) => text,
            Element::Blanks(length) => " ".repeat(length),
        };
        out.push_str(&text);
    }
    Ok(out)
}

fn weekday(moment: NaiveDateTime) -> &'static str {
    WEEKDAYS[moment.weekday().num_days_from_sunday() as usize]
}

fn cased(word: &str, case: Case) -> String {
    match case {
        Case::Upper => word.to_uppercase(),
        Case::Capital => word.to_owned(),
        Case::Lower => word.to_lowercase(),
    }
}

/// The number of a month, from 1, whose name a text begins with, and the name's length.
pub(super) fn month(text: &str, short: bool) -> Option<(u32, usize)> {
    MONTHS.iter().enumerate().find_map(|(at, name)| {
        let name = if short { &name[..3] } else { *name };
        let start = text.get(..name.len())?;
        start.eq_ignore_ascii_case(name).then_some((at as u32 + 1, name.len()))
    })
}
