//! A text as a moment.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

use super::{
    elements::{Element, Kind, elements},
    write::month,
};

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// The date and the time. What is not said of a date is the current month's first day.
    pub moment: NaiveDateTime,
    /// How far the zone is from UTC in seconds, if that is said.
    pub offset_secs: Option<i32>,
}

/// Reads a text by a format.
///
/// # Errors
/// What is no format of the type's or cannot be read by it, and texts that do not follow it.
pub fn read(text: &str, format: &str, kind: Kind, today: NaiveDate) -> Result<Read, String> {
    let elements = elements(format, kind)?;
    check(&elements, format)?;
    let wrong = || format!("`{text}` does not follow the format `{format}`");
    let mut said = Said::default();
    let mut rest = text.trim_start();
    for element in &elements {
        rest = said.take(element, rest, today).ok_or_else(wrong)?;
    }
    if !rest.trim_end().is_empty() {
        return Err(wrong());
    }
    said.moment(today).ok_or_else(wrong)
}

/// Each part may be said once, and in one way.
fn check(elements: &[Element], format: &str) -> Result<(), String> {
    let count =
        |test: &dyn Fn(&Element) -> bool| elements.iter().filter(|element| test(element)).count();
    let years = count(&|e| matches!(e, Element::Year(_) | Element::RoundYear(_)));
    let months =
        count(&|e| matches!(e, Element::Month | Element::ShortMonth(_) | Element::LongMonth(_)));
    let days = count(&|e| matches!(e, Element::Day));
    let half_hours = count(&|e| matches!(e, Element::Hour12));
    let hours = count(&|e| matches!(e, Element::Hour24));
    let meridians = count(&|e| matches!(e, Element::Meridian(..)));
    let minutes = count(&|e| matches!(e, Element::Minute));
    let seconds = count(&|e| matches!(e, Element::Second));
    let day_seconds = count(&|e| matches!(e, Element::SecondOfDay));
    let fractions = count(&|e| matches!(e, Element::Fraction(_)));
    let zones = count(&|e| matches!(e, Element::ZoneHour));
    let zone_minutes = count(&|e| matches!(e, Element::ZoneMinute));
    if elements.iter().any(|element| matches!(element, Element::Meridian(_, false))) {
        return Err(format!("AM and PM of the format `{format}` are read with dots only: A.M."));
    }
    let unread = count(&|e| {
        matches!(
            e,
            Element::DayOfYear
                | Element::DayOfWeek
                | Element::ShortWeekday(_)
                | Element::LongWeekday(_)
        )
    });
    let twice = [
        years,
        months,
        days,
        half_hours + hours,
        meridians,
        minutes,
        seconds,
        day_seconds,
        fractions,
        zones,
        zone_minutes,
    ];
    if unread > 0 {
        return Err(format!("the format `{format}` has a day that cannot be read: use DD and MM"));
    }
    if twice.iter().any(|count| *count > 1) {
        return Err(format!("the format `{format}` says something twice"));
    }
    if half_hours != meridians {
        return Err(format!("the format `{format}` needs HH12 and A.M. together"));
    }
    if day_seconds > 0 && half_hours + hours + minutes + seconds > 0 {
        return Err(format!("the format `{format}` has SSSSS beside hours, minutes or seconds"));
    }
    if zone_minutes > zones {
        return Err(format!("the format `{format}` has TZM without TZH"));
    }
    Ok(())
}

#[derive(Default)]
struct Said {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    hour: Option<u32>,
    afternoon: Option<bool>,
    minute: Option<u32>,
    second: Option<u32>,
    day_seconds: Option<u32>,
    micros: u32,
    zone_negative: bool,
    zone_hours: Option<i32>,
    zone_minutes: i32,
}

impl Said {
    /// Takes what an element reads; the text behind it.
    fn take<'t>(&mut self, element: &Element, text: &'t str, today: NaiveDate) -> Option<&'t str> {
        let (number, rest) = match element {
            Element::Literal(literal) => return text.strip_prefix(literal.as_str()),
            Element::Blanks(_) => {
                let rest = text.trim_start();
                return (rest.len() < text.len()).then_some(rest);
            }
            Element::ShortMonth(_) | Element::LongMonth(_) => {
                let (number, length) = month(text, matches!(element, Element::ShortMonth(_)))?;
                self.month = Some(number);
                return Some(&text[length..]);
            }
            Element::Meridian(..) => {
                let word = text.get(..4)?.to_ascii_uppercase();
                self.afternoon = match word.as_str() {
                    "A.M." => Some(false),
                    "P.M." => Some(true),
                    _ => return None,
                };
                return Some(&text[4..]);
            }
            Element::ZoneHour => {
                let sign = text.chars().next().filter(|c| matches!(c, '+' | '-' | ' '))?;
                self.zone_negative = sign == '-';
                digits(&text[1..], 1, 2)?
            }
            Element::Year(4) | Element::RoundYear(4) => digits(text, 1, 4)?,
            Element::Year(length) | Element::RoundYear(length) => digits(text, 1, *length)?,
            Element::SecondOfDay => digits(text, 1, 5)?,
            Element::Fraction(length) => {
                let (number, rest) = digits(text, 1, *length)?;
                let read = (text.len() - rest.len()) as u32;
                // The engine holds microseconds; what is behind them is cut.
                self.micros = (u64::from(number) * 1_000_000_000 / 10_u64.pow(read) / 1_000) as u32;
                return Some(rest);
            }
            _ => digits(text, 1, 2)?,
        };
        let within = |least: u32, most: u32| (least..=most).contains(&number).then_some(number);
        match element {
            Element::Year(4) | Element::RoundYear(4) => self.year = Some(number as i32),
            Element::Year(length) => {
                let power = 10_i32.pow(*length as u32);
                self.year = Some(today.year() - today.year() % power + number as i32);
            }
            Element::RoundYear(_) => {
                // The century in which the year is near to now.
                let (century, now) = (today.year() / 100, today.year() % 100);
                let century = match (number < 50, now < 50) {
                    (true, false) => century + 1,
                    (false, true) => century - 1,
                    _ => century,
                };
                self.year = Some(century * 100 + number as i32);
            }
            Element::Month => self.month = Some(within(1, 12)?),
            Element::Day => self.day = Some(within(1, 31)?),
            Element::Hour12 => self.hour = Some(within(1, 12)?),
            Element::Hour24 => self.hour = Some(within(0, 23)?),
            Element::Minute => self.minute = Some(within(0, 59)?),
            Element::Second => self.second = Some(within(0, 59)?),
            Element::SecondOfDay => self.day_seconds = Some(within(0, 86_399)?),
            Element::ZoneHour => self.zone_hours = Some(within(0, 14)? as i32),
            Element::ZoneMinute => self.zone_minutes = within(0, 59)? as i32,
            _ => return None,
        }
        Some(rest)
    }

    fn moment(&self, today: NaiveDate) -> Option<Read> {
        let date = NaiveDate::from_ymd_opt(
            self.year.unwrap_or(today.year()),
            self.month.unwrap_or(today.month()),
            self.day.unwrap_or(1),
        )?;
        let hour = match (self.hour, self.afternoon) {
            (Some(hour), Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
            (hour, _) => hour.unwrap_or(0),
        };
        let seconds = self.day_seconds.unwrap_or_else(|| {
            hour * 3600 + self.minute.unwrap_or(0) * 60 + self.second.unwrap_or(0)
        });
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, self.micros * 1_000)?;
        let offset_secs = self.zone_hours.map(|hours| {
            let offset = hours * 3600 + self.zone_minutes * 60;
            if self.zone_negative { -offset } else { offset }
        });
        if offset_secs.is_some_and(|offset| offset.abs() > 14 * 3600) {
            return None;
        }
        Some(Read { moment: date.and_time(time), offset_secs })
    }
}

/// A number of `least` to `most` digits, and what follows.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::cast_format::{Civil, write};

    fn shown(text: &str, format: &str, kind: Kind) -> Result<String, String> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
        read(text, format, kind, today).map(|read| {
            format!(
                "{} {}",
                read.moment,
                read.offset_secs.map_or_else(String::new, |o| o.to_string())
            )
        })
    }

    #[test]
    fn what_is_not_said_is_now() {
        for (text, format, expected) in [
            ("", "", "2026-11-01 00:00:00 "),
            ("018-12-03", "YYY-MM-DD", "2018-12-03 00:00:00 "),
            ("8-12", "Y-MM", "2028-12-01 00:00:00 "),
            ("70 03", "RR DD", "1970-11-03 00:00:00 "),
            ("dec 3,2018 3:05 P.m.", "MON DD,YYYY HH:MI A.M.", "2018-12-03 15:05:00 "),
            ("x 86399.5 -05:30", "\"x\" SSSSS.FF3 TZH:TZM", "2026-11-01 23:59:59.500 -19800"),
        ] {
            assert_eq!(shown(text, format, Kind::Timestamp).as_deref(), Ok(expected), "{format}");
        }
        for (text, format) in [
            ("12345", "YYYY"),
            ("2020-13", "YYYY-MM"),
            ("2020-02-30", "YYYY-MM-DD"),
            ("10", "HH"),
            ("10 10", "MI MI"),
            ("1", "D"),
            ("10 PM", "HH PM"),
            ("1 1", "SS SSSSS"),
            ("x", "Q"),
        ] {
            assert!(shown(text, format, Kind::DateTime).is_err(), "{format}");
        }
        assert!(shown("10", "HH24", Kind::Date).is_err());
        assert!(shown("+01", "TZH", Kind::DateTime).is_err());
    }

    proptest::proptest! {
        #[test]
        fn moments_come_back(secs in -62_135_596_800_i64..253_402_300_800, micros in 0u32..1_000_000) {
            let moment = chrono::DateTime::from_timestamp(secs, micros * 1_000).expect("a moment");
            let civil = Civil { moment: moment.naive_utc(), offset_secs: 0 };
            let format = "YYYY-MM-DD HH24:MI:SS.FF6";
            let text = write(format, civil, Kind::DateTime).expect("a text");
            let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
            let read = read(&text, format, Kind::DateTime, today).expect("a moment");
            proptest::prop_assert_eq!(read.moment, civil.moment);
        }

        #[test]
        fn any_format_is_answered(text in "\\PC{0,12}", format in "(YYYY|YY|MM|MON|DD|HH|HH24|MI|SS|FF3|TZH|A.M.|-| |\"|x|é){0,6}") {
            let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
            let _ = read(&text, &format, Kind::Timestamp, today);
        }
    }
}
