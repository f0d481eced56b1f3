//! `strptime`: a text read by a format, as Python does it.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use minijinja::Error;
use regex::RegexBuilder;

use super::{Tzinfo, clock::time_of, invalid, iso::offset_of};

const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
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

/// The time that a text says in a format.
///
/// # Errors
/// Texts of another form, and times that do not exist.
pub fn strptime(text: &str, format: &str) -> Result<(NaiveDateTime, Option<Tzinfo>), Error> {
    let mismatch = || invalid(format!("time data `{text}` does not match the format `{format}`"));
    let (pattern, letters) = pattern(format)?;
    let regex = RegexBuilder::new(&pattern)
        .case_insensitive(true)
        .build()
        .map_err(|_| invalid(format!("`{format}` is no format of times")))?;
    let found = regex.captures(text).ok_or_else(mismatch)?;
    if let Some(left) =
        found.get(0).map(|whole| &text[whole.end()..]).filter(|left| !left.is_empty())
    {
        return Err(invalid(format!("`{left}` of `{text}` is not part of the format `{format}`")));
    }
    let mut parts = Parts::default();
    for (at, letter) in letters.iter().enumerate() {
        let part = found.get(at + 1).map_or("", |part| part.as_str());
        parts.set(*letter, part).ok_or_else(mismatch)?;
    }
    let date = parts.date().ok_or_else(|| invalid(format!("`{text}` is no day that exists")))?;
    let hour = match (parts.hour, parts.half_hour) {
        (_, Some(half)) => half % 12 + if parts.afternoon { 12 } else { 0 },
        (hour, None) => hour,
    };
    let time = time_of(hour, parts.minute, parts.second, parts.micros)?;
    Ok((date.and_time(time), parts.zone))
}

/// The regular expression of a format, and the letter of each of its groups.
fn pattern(format: &str) -> Result<(String, Vec<char>), Error> {
    let mut out = String::from("^");
    let mut letters = Vec::new();
    let mut characters = format.chars().peekable();
    while let Some(c) = characters.next() {
        if c.is_whitespace() {
            while characters.next_if(|next| next.is_whitespace()).is_some() {}
            out.push_str(r"\s+");
            continue;
        }
        if c != '%' {
            out.push_str(&regex::escape(&c.to_string()));
            continue;
        }
        let letter = characters.next();
        let composed = match letter {
            Some('c') => Some("%a %b %d %H:%M:%S %Y"),
            Some('x') => Some("%m/%d/%y"),
            Some('X') => Some("%H:%M:%S"),
            _ => None,
        };
        if let Some(composed) = composed {
            let (inner, more) = pattern(composed)?;
            out.push_str(&inner[1..]);
            letters.extend(more);
            continue;
        }
        let names = |names: &[&str], length: Option<usize>| {
            let names: Vec<&str> =
                names.iter().map(|name| &name[..length.unwrap_or(name.len())]).collect();
            names.join("|")
        };
        let group = match letter {
            Some('d') => r"3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9]".to_owned(),
            Some('f') => r"[0-9]{1,6}".to_owned(),
            Some('H') => r"2[0-3]|[0-1]\d|\d".to_owned(),
            Some('I') => r"1[0-2]|0[1-9]|[1-9]".to_owned(),
            Some('j') => {
                r"36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9]".to_owned()
            }
            Some('m') => r"1[0-2]|0[1-9]|[1-9]".to_owned(),
            Some('M') => r"[0-5]\d|\d".to_owned(),
            Some('S') => r"6[0-1]|[0-5]\d|\d".to_owned(),
            Some('U' | 'W') => r"5[0-3]|[0-4]\d|\d".to_owned(),
            Some('V') => r"5[0-3]|0[1-9]|[1-4]\d|\d".to_owned(),
            Some('w') => "[0-6]".to_owned(),
            Some('u') => "[1-7]".to_owned(),
            Some('y') => r"\d\d".to_owned(),
            Some('Y' | 'G') => r"\d\d\d\d".to_owned(),
            Some('z') => r"[+-]\d\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?|Z".to_owned(),
            Some('Z') => "utc|gmt".to_owned(),
            Some('p') => "am|pm".to_owned(),
            Some('a') => names(&DAYS, Some(3)),
            Some('A') => names(&DAYS, None),
            Some('b') => names(&MONTHS, Some(3)),
            Some('B') => names(&MONTHS, None),
            Some('%') => {
                out.push('%');
                continue;
            }
            Some(other) => return Err(invalid(format!("`%{other}` of `{format}` reads nothing"))),
            None => return Err(invalid(format!("`{format}` ends in a `%`"))),
        };
        out.push_str(&format!("({group})"));
        letters.extend(letter);
    }
    Ok((out, letters))
}

/// What a text says.
#[derive(Default)]
struct Parts {
    year: Option<i32>,
    iso_year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    ordinal: Option<u32>,
    /// The week of the year, and the day that it starts with.
    week: Option<(u32, Weekday)>,
    iso_week: Option<u32>,
    weekday: Option<Weekday>,
    hour: i64,
    half_hour: Option<i64>,
    afternoon: bool,
    minute: i64,
    second: i64,
    micros: i64,
    zone: Option<Tzinfo>,
}

impl Parts {
    fn set(&mut self, letter: char, part: &str) -> Option<()> {
        let lower = part.to_lowercase();
        let number = || part.trim().parse::<u32>().ok();
        let weekday = |days: u8| Weekday::try_from(days % 7).ok();
        let index = |names: &[&str]| names.iter().position(|name| name.starts_with(&lower));
        match letter {
            'Y' => self.year = Some(part.parse().ok()?),
            'G' => self.iso_year = Some(part.parse().ok()?),
            'y' => {
                let short: i32 = part.parse().ok()?;
                self.year = Some(short + if short <= 68 { 2000 } else { 1900 });
            }
            'm' => self.month = number(),
            'b' | 'B' => self.month = Some(index(&MONTHS)? as u32 + 1),
            'd' => self.day = number(),
            'j' => self.ordinal = number(),
            'H' => self.hour = i64::from(number()?),
            'I' => self.half_hour = number().map(i64::from),
            'p' => self.afternoon = lower == "pm",
            'M' => self.minute = i64::from(number()?),
            'S' => self.second = i64::from(number()?),
            'f' => self.micros = format!("{part:0<6}").parse().ok()?,
            'a' | 'A' => self.weekday = weekday(index(&DAYS)? as u8),
            'w' => self.weekday = weekday(number()? as u8 + 6),
            'u' => self.weekday = weekday(number()? as u8 - 1),
            'U' => self.week = Some((number()?, Weekday::Sun)),
            'W' => self.week = Some((number()?, Weekday::Mon)),
            'V' => self.iso_week = number(),
            'z' => self.zone = offset_of(&part.to_uppercase())?,
            _ => {}
        }
        Some(())
    }

    fn date(&self) -> Option<NaiveDate> {
        if let (Some(year), Some(week), Some(day)) = (self.iso_year, self.iso_week, self.weekday) {
            return NaiveDate::from_isoywd_opt(year, week, day);
        }
        let is_leap_day = self.month == Some(2) && self.day == Some(29);
        // Without a year, Python takes one that has the day.
        let year = self.year.unwrap_or(if is_leap_day { 1904 } else { 1900 });
        if let Some(ordinal) = self.ordinal {
            return NaiveDate::from_yo_opt(year, ordinal);
        }
        if let (Some((week, first)), Some(weekday), Some(_)) = (self.week, self.weekday, self.year)
        {
            let start = NaiveDate::from_yo_opt(year, 1)?;
            // Days before the first week are week 0.
            let before = (7 - start.weekday().days_since(first)) % 7;
            let day = i64::from(before)
                + 7 * (i64::from(week) - 1)
                + i64::from(weekday.days_since(first));
            return match u64::try_from(day) {
                Ok(day) => start.checked_add_days(Days::new(day)),
                Err(_) => start.checked_sub_days(Days::new(day.unsigned_abs())),
            };
        }
        NaiveDate::from_ymd_opt(year, self.month.unwrap_or(1), self.day.unwrap_or(1))
            .filter(|_| year > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::strptime;

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}|[0-9: -]{0,20}", format in "\\PC{0,10}|(%[a-zA-Z%]| |-){0,8}") {
            let _ = strptime(&text, &format);
        }
    }
}
