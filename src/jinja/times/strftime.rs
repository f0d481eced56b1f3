//! `strftime`: Python's directives, as the C library on Linux writes them.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::{Tzinfo, zone::offset_text};

/// Widest field that a format may ask for.
const MAX_WIDTH: usize = 255;

/// How a number or text is filled up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pad {
    Default,
    None,
    Space,
    Zero,
}

/// A time in a format. Directives that are none stay as they are written.
pub fn strftime(format: &str, at: NaiveDateTime, zone: Option<Tzinfo>) -> String {
    let mut out = String::with_capacity(format.len() + 16);
    let mut rest = format;
    while let Some(found) = rest.find('%') {
        out.push_str(&rest[..found]);
        let directive = &rest[found..];
        let mut characters = directive[1..].chars();
        let (mut pad, mut upper, mut swapped, mut width) =
            (Pad::Default, false, false, String::new());
        let letter = loop {
            match characters.next() {
                Some('-') if width.is_empty() => pad = Pad::None,
                Some('_') if width.is_empty() => pad = Pad::Space,
                Some('0') if width.is_empty() => pad = Pad::Zero,
                Some('^') => upper = true,
                Some('#') => swapped = true,
                Some(digit) if digit.is_ascii_digit() => width.push(digit),
                other => break other,
            }
        };
        let length = directive.len() - characters.as_str().len();
        rest = characters.as_str();
        let written = letter.and_then(|letter| field(letter, at, zone));
        let Some(field) = written else {
            out.push_str(&directive[..length]);
            continue;
        };
        let width = width.parse::<usize>().ok().map(|width| width.min(MAX_WIDTH));
        let text = match field {
            Field::Number { value, digits, fill } => {
                let fill = match pad {
                    Pad::Default => Some(fill),
                    Pad::None => None,
                    Pad::Space => Some(' '),
                    Pad::Zero => Some('0'),
                };
                filled(&value.to_string(), width.unwrap_or(digits), fill)
            }
            Field::Text(text) => {
                let text = match letter {
                    Some('p') if swapped => text.to_lowercase(),
                    _ if upper || swapped => text.to_uppercase(),
                    _ => text,
                };
                let fill = if pad == Pad::Zero { '0' } else { ' ' };
                filled(&text, width.unwrap_or(0), Some(fill))
            }
        };
        out.push_str(&text);
    }
    out.push_str(rest);
    out
}

fn filled(text: &str, width: usize, fill: Option<char>) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let fill = fill.map_or(String::new(), |fill| fill.to_string().repeat(missing));
    // A sign stays in front of zeros.
    match text.strip_prefix('-') {
        Some(digits) if fill.starts_with('0') => format!("-{fill}{digits}"),
        _ => format!("{fill}{text}"),
    }
}

/// What a directive stands for.
enum Field {
    Number { value: i64, digits: usize, fill: char },
    Text(String),
}

fn field(letter: char, at: NaiveDateTime, zone: Option<Tzinfo>) -> Option<Field> {
    let number = |value: i64, digits: usize| Some(Field::Number { value, digits, fill: '0' });
    let spaced = |value: i64| Some(Field::Number { value, digits: 2, fill: ' ' });
    let text = |format: &str| Some(Field::Text(strftime(format, at, zone)));
    let plain = |text: &str| Some(Field::Text(text.to_owned()));
    let hour = i64::from(at.hour());
    let half = if hour % 12 == 0 { 12 } else { hour % 12 };
    let weekday = i64::from(at.weekday().num_days_from_sunday());
    let day = i64::from(at.ordinal0());
    match letter {
        'Y' => number(i64::from(at.year()), 0),
        'G' => number(i64::from(at.iso_week().year()), 0),
        'C' => number(i64::from(at.year()) / 100, 2),
        'y' => number(i64::from(at.year()) % 100, 2),
        'g' => number(i64::from(at.iso_week().year()) % 100, 2),
        'm' => number(i64::from(at.month()), 2),
        'd' => number(i64::from(at.day()), 2),
        'e' => spaced(i64::from(at.day())),
        'j' => number(day + 1, 3),
        'H' => number(hour, 2),
        'k' => spaced(hour),
        'I' => number(half, 2),
        'l' => spaced(half),
        'M' => number(i64::from(at.minute()), 2),
        'S' => number(i64::from(at.second()), 2),
        'f' => number(i64::from(at.nanosecond() / 1000), 6),
        'u' => number(i64::from(at.weekday().number_from_monday()), 1),
        'w' => number(weekday, 1),
        'U' => number((day + 7 - weekday) / 7, 2),
        'W' => number((day + 7 - (weekday + 6) % 7) / 7, 2),
        'V' => number(i64::from(at.iso_week().week()), 2),
        's' => number(local_timestamp(at), 1),
        'a' => Some(Field::Text(at.format("%a").to_string())),
        'A' => Some(Field::Text(at.format("%A").to_string())),
        'b' | 'h' => Some(Field::Text(at.format("%b").to_string())),
        'B' => Some(Field::Text(at.format("%B").to_string())),
        'p' => plain(if hour < 12 { "AM" } else { "PM" }),
        'P' => plain(if hour < 12 { "am" } else { "pm" }),
        'c' => text("%a %b %e %H:%M:%S %Y"),
        'x' | 'D' => text("%m/%d/%y"),
        'X' | 'T' => text("%H:%M:%S"),
        'r' => text("%I:%M:%S %p"),
        'R' => text("%H:%M"),
        'F' => text("%Y-%m-%d"),
        'n' => plain("\n"),
        't' => plain("\t"),
        '%' => plain("%"),
        'z' => plain(&zone.map_or(String::new(), |zone| offset_text(zone.offset_secs, ""))),
        'Z' => plain(&zone.and_then(|zone| zone.abbreviation(at)).unwrap_or_default()),
        _ => None,
    }
}

/// The seconds since 1970 of a time on this machine's clock.
pub fn local_timestamp(at: NaiveDateTime) -> i64 {
    use chrono::{Local, TimeZone};
    let local = Local.from_local_datetime(&at).earliest();
    local.map_or_else(|| at.and_utc().timestamp(), |local| local.timestamp())
}
