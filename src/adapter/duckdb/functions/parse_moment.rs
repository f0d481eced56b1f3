//! `PARSE_DATE`, `PARSE_TIME`, `PARSE_DATETIME`, `PARSE_TIMESTAMP`
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time>).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};

use super::{
    format_moment::element_length,
    kernel::{Civil, Clock, Day, Moment, Text, functions},
    zone::{Zone, offset},
};

functions! {
    /// `PARSE_DATE`.
    "googlesql_parse_date" ParseDate(format: Text, text: Text) -> Day {
        let civil = read(format, text, Kind::Date)?.civil()?;
        Ok(Some((civil.date() - NaiveDate::default()).num_days() as i32))
    }
    /// `PARSE_TIME`.
    "googlesql_parse_time" ParseTime(format: Text, text: Text) -> Clock {
        let civil = read(format, text, Kind::Time)?.civil()?;
        Ok(Some(civil.and_utc().timestamp_micros().rem_euclid(86_400_000_000)))
    }
    /// `PARSE_DATETIME`.
    "googlesql_parse_datetime" ParseDateTime(format: Text, text: Text) -> Civil {
        let parsed = read(format, text, Kind::DateTime)?;
        Ok(Some(parsed.civil()?.and_utc().timestamp_micros()))
    }
    /// `PARSE_TIMESTAMP`, in a zone where the text names none.
    "googlesql_parse_timestamp" ParseTimestamp(format: Text, text: Text, zone: Text) -> Moment {
        let parsed = read(format, text, Kind::Timestamp)?;
        let zone = match parsed.zone {
            Some(zone) => zone,
            None => Zone::parse(zone)?,
        };
        let moment = zone.moment(parsed.civil()?).ok_or("no such moment")?;
        Ok(Some(moment.timestamp_micros()))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Date,
    Time,
    DateTime,
    Timestamp,
}

/// What has been read so far.
#[derive(Default)]
struct Parsed {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    hour: u32,
    /// Whether an hour of twelve was read, and which half of the day it is in.
    of_twelve: bool,
    afternoon: Option<bool>,
    minute: u32,
    second: u32,
    micros: u32,
    since_1970: Option<i64>,
    zone: Option<Zone>,
}

impl Parsed {
    fn civil(&self) -> Result<NaiveDateTime, String> {
        if let Some(seconds) = self.since_1970 {
            let moment = DateTime::from_timestamp(seconds, 0).ok_or("no such moment")?;
            return Ok(moment.naive_utc());
        }
        let year = self.year.unwrap_or(1970);
        let date = match self.day_of_year {
            Some(day) => NaiveDate::from_yo_opt(year, day),
            None => NaiveDate::from_ymd_opt(year, self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        let date = date.filter(|_| (1..=9999).contains(&year)).ok_or("there is no such day")?;
        let mut hour = self.hour;
        if self.of_twelve {
            hour = hour % 12 + if self.afternoon == Some(true) { 12 } else { 0 };
        }
        // A leap second is the first of the next minute.
        let (second, leap) = if self.second == 60 { (59, 1) } else { (self.second, 0) };
        let time = date.and_hms_micro_opt(hour, self.minute, second, self.micros);
        let time = time.ok_or("there is no such time")?;
        Ok(time + TimeDelta::seconds(leap))
    }
}

fn read(format: &str, text: &str, kind: Kind) -> Result<Parsed, String> {
    let failed = || format!("failed to parse input text {text:?} with the format {format:?}");
    let format = expanded(format);
    let mut parsed = Parsed::default();
    let mut input = text.trim_start();
    let mut rest = format.as_str();
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            // Blanks stand for any number of blanks.
            rest = rest.trim_start();
            input = input.trim_start();
        } else if c == '%' {
            let (element, after) = rest.split_at(element_length(rest));
            rest = after;
            input = parsed.element(&element[1..], input, kind)?.ok_or_else(failed)?;
        } else {
            input = input.strip_prefix(c).ok_or_else(failed)?;
            rest = &rest[c.len_utf8()..];
        }
    }
    if input.trim_end().is_empty() { Ok(parsed) } else { Err(failed()) }
}

/// The format with elements that stand for several written out.
fn expanded(format: &str) -> String {
    let mut out = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (element, after) = rest[at..].split_at(element_length(&rest[at..]));
        out.push_str(match element {
            "%c" => "%a %b %e %H:%M:%S %Y",
            "%D" | "%x" => "%m/%d/%y",
            "%F" => "%Y-%m-%d",
            "%R" => "%H:%M",
            "%r" => "%I:%M:%S %p",
            "%T" | "%X" => "%H:%M:%S",
            "%n" | "%t" => " ",
            other => other,
        });
        rest = after;
    }
    out.push_str(rest);
    out
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

impl Parsed {
    /// What follows the element in the input; none where the input does not hold it.
    fn element<'i>(
        &mut self,
        element: &str,
        input: &'i str,
        kind: Kind,
    ) -> Result<Option<&'i str>, String> {
        let code = element.chars().last().unwrap_or_default();
        let of_time = matches!(code, 'H' | 'I' | 'M' | 'S' | 'p' | 'P' | 'k' | 'l');
        let of_zone = matches!(code, 'Z' | 'z');
        let fits = element == "%"
            || match kind {
                Kind::Date => !of_time && !of_zone && code != 's',
                Kind::Time => of_time,
                Kind::DateTime => !of_zone,
                Kind::Timestamp => true,
            };
        if !fits {
            return Err(format!("format element %{element} is not allowed for this type"));
        }
        Ok(self.read_element(element, input)?.map(|(rest, ())| rest))
    }

    fn read_element<'i>(
        &mut self,
        element: &str,
        input: &'i str,
    ) -> Result<Option<(&'i str, ())>, String> {
        let within = |least: usize, most: usize, range: std::ops::RangeInclusive<u32>| {
            let input = if matches!(element, "e" | "k" | "l") { input.trim_start() } else { input };
            number(input, least, most).filter(|(number, _)| range.contains(number))
        };
        macro_rules! put {
            ($field:expr, $read:expr, $as:expr) => {
                $read.map(|(value, rest)| {
                    $field = $as(value);
                    (rest, ())
                })
            };
        }
        let some_year = |year: u32| Some(year as i32);
        Ok(match element {
            "%" => input.strip_prefix('%').map(|rest| (rest, ())),
            "Y" => put!(self.year, within(1, 4, 1..=9999), some_year),
            "E4Y" => put!(self.year, within(4, 4, 1..=9999), some_year),
            "y" => put!(self.year, within(1, 2, 0..=99), |year: u32| Some(
                year as i32 + if year >= 69 { 1900 } else { 2000 }
            )),
            "m" => put!(self.month, within(1, 2, 1..=12), Some),
            "d" | "e" => put!(self.day, within(1, 2, 1..=31), Some),
            "j" => put!(self.day_of_year, within(1, 3, 1..=366), Some),
            "B" | "b" | "h" => {
                put!(self.month, name(input, &MONTHS), |at: usize| Some(at as u32 + 1))
            }
            "A" | "a" => name(input, &WEEKDAYS).map(|(_, rest)| (rest, ())),
            "H" | "k" => {
                self.of_twelve = false;
                put!(self.hour, within(1, 2, 0..=23), |hour| hour)
            }
            "I" | "l" => {
                self.of_twelve = true;
                put!(self.hour, within(1, 2, 1..=12), |hour| hour)
            }
            "M" => put!(self.minute, within(1, 2, 0..=59), |minute| minute),
            "S" | "E0S" => put!(self.second, within(1, 2, 0..=60), |second| second),
            "p" | "P" => input.get(..2).and_then(|half| {
                self.afternoon = Some(match half.to_ascii_lowercase().as_str() {
                    "am" => false,
                    "pm" => true,
                    _ => return None,
                });
                Some((&input[2..], ()))
            }),
            "s" => {
                let digits = input.strip_prefix('-').unwrap_or(input);
                let length = digits.bytes().take_while(u8::is_ascii_digit).count();
                let (text, rest) = input.split_at(input.len() - digits.len() + length);
                text.parse().ok().map(|seconds| {
                    self.since_1970 = Some(seconds);
                    (rest, ())
                })
            }
            "z" => offset_at(input, 5).map(|(zone, rest)| {
                self.zone = Some(Zone::Offset(zone));
                (rest, ())
            }),
            "Ez" => match input.strip_prefix(['Z', 'z']) {
                Some(rest) => {
                    self.zone = FixedOffset::east_opt(0).map(Zone::Offset);
                    Some((rest, ()))
                }
                None => offset_at(input, 6).map(|(zone, rest)| {
                    self.zone = Some(Zone::Offset(zone));
                    (rest, ())
                }),
            },
            "Z" => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || "_/+-:".contains(c);
                let length = input.find(|c| !is_part(c)).unwrap_or(input.len());
                Zone::parse(&input[..length]).ok().map(|zone| {
                    self.zone = Some(zone);
                    (&input[length..], ())
                })
            }
            other if other.starts_with('E') && other.ends_with('S') => {
                let most = other[1..other.len() - 1].parse().unwrap_or(9);
                within(1, 2, 0..=60).and_then(|(second, rest)| {
                    self.second = second;
                    let Some(fraction) = rest.strip_prefix('.') else { return Some((rest, ())) };
                    let digits = fraction.bytes().take(most).take_while(u8::is_ascii_digit).count();
                    let kept = digits.min(6);
                    let micros: u32 = format!("{:0<6}", &fraction[..kept]).parse().ok()?;
                    self.micros = micros;
                    Some((&fraction[digits..], ()))
                })
            }
            other => {
                return Err(format!(
                    "format element %{other} in parsing is not supported on the embedded engine"
                ));
            }
        })
    }
}

/// A number of `least` to `most` digits, and what follows it.
fn number(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}

/// A name in full or by its first three letters, in any case.
fn name<'t>(text: &'t str, names: &[&str]) -> Option<(usize, &'t str)> {
    let starts = |name: &str| {
        text.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).map(str::len)
    };
    names.iter().enumerate().find_map(|(at, name)| {
        let length = starts(name).or_else(|| starts(&name[..3]))?;
        Some((at, &text[length..]))
    })
}

/// An offset written with this many characters.
fn offset_at(text: &str, length: usize) -> Option<(FixedOffset, &str)> {
    let written = text.get(..length)?;
    let has_colon = written.as_bytes().get(3) == Some(&b':');
    if !written.starts_with(['+', '-']) || has_colon != (length == 6) {
        return None;
    }
    Some((offset(written)?, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::{Kind, read};

    #[test]
    fn texts_are_read_by_their_format() {
        let shown = |format, text, kind| {
            read(format, text, kind).and_then(|parsed| parsed.civil()).map(|at| at.to_string())
        };
        for (format, text, expected) in [
            ("%B %e, %Y", "February  4, 2024", "2024-02-04 00:00:00"),
            ("%Y%m%d", "20240204", "2024-02-04 00:00:00"),
            ("%b", "feb", "1970-02-01 00:00:00"),
            ("%F %r", "2024-02-04 12:30:05 am", "2024-02-04 00:30:05"),
            ("%T", "15:04:60", "1970-01-01 15:05:00"),
            ("%E*S", "5.25", "1970-01-01 00:00:05.250"),
            ("100%%%y", "100%69", "1969-01-01 00:00:00"),
        ] {
            assert_eq!(shown(format, text, Kind::DateTime).as_deref(), Ok(expected), "{format}");
        }
        for (format, text) in [("%F", "2023-02-29"), ("%Y-%j", "2023-366"), ("%F", "2024-02-04x")] {
            assert!(shown(format, text, Kind::Date).is_err(), "{text}");
        }
        assert!(shown("%H", "10", Kind::Date).is_err());
    }
}
