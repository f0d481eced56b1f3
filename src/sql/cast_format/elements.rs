//! The elements of a format.

/// What is formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// DATE
    Date,
    /// DATETIME
    DateTime,
    /// TIME
    Time,
    /// TIMESTAMP
    Timestamp,
}

/// How words are written, as the element's own letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Capital,
    Lower,
}

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// `YYYY`, `YYY`, `YY`, `Y`: so many digits of the year, all of it where four.
    Year(usize),
    /// `RRRR`, `RR`: the year, with the century that is near where two digits are read.
    RoundYear(usize),
    /// `MM`
    Month,
    /// `MON`
    ShortMonth(Case),
    /// `MONTH`
    LongMonth(Case),
    /// `DDD`
    DayOfYear,
    /// `DD`
    Day,
    /// `D`
    DayOfWeek,
    /// `DY`
    ShortWeekday(Case),
    /// `DAY`
    LongWeekday(Case),
    /// `HH`, `HH12`
    Hour12,
    /// `HH24`
    Hour24,
    /// `MI`
    Minute,
    /// `SS`
    Second,
    /// `SSSSS`
    SecondOfDay,
    /// `FF1` to `FF9`
    Fraction(usize),
    /// `AM`, `PM`; with dots where the flag is set.
    Meridian(Case, bool),
    /// `TZH`
    ZoneHour,
    /// `TZM`
    ZoneMinute,
    /// Text that stands for itself.
    Literal(String),
    /// Blanks, so many.
    Blanks(usize),
}

/// Elements by their names, the longer of two that begin alike first.
const NAMES: [&str; 29] = [
    "YYYY", "YYY", "YY", "Y", "RRRR", "RR", "MONTH", "MON", "MM", "MI", "DDD", "DD", "DAY", "DY",
    "D", "HH12", "HH24", "HH", "SSSSS", "SS", "A.M.", "P.M.", "AM", "PM", "TZH", "TZM", "FF", "\"",
    " ",
];

/// The elements of a format.
///
/// # Errors
/// What is no element, or none of the type's.
pub(super) fn elements(format: &str, kind: Kind) -> Result<Vec<Element>, String> {
    let mut elements = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == ' ' {
            let length = rest.len() - rest.trim_start_matches(' ').len();
            elements.push(Element::Blanks(length));
            rest = &rest[length..];
            continue;
        }
        if "-./,';:".contains(first) {
            elements.push(Element::Literal(first.to_string()));
            rest = &rest[1..];
            continue;
        }
        if first == '"' {
            let (text, after) = quoted(rest)
                .ok_or_else(|| format!("a quoted text of the format `{format}` has no end"))?;
            elements.push(Element::Literal(text));
            rest = after;
            continue;
        }
        let name = NAMES.iter().find(|name| {
            rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        let Some(name) = name else {
            return Err(format!("`{rest}` of the format `{format}` begins with no element"));
        };
        let (written, mut after) = rest.split_at(name.len());
        let case = case_of(written);
        let element = match *name {
            "YYYY" | "YYY" | "YY" | "Y" => Element::Year(name.len()),
            "RRRR" | "RR" => Element::RoundYear(name.len()),
            "MONTH" => Element::LongMonth(case),
            "MON" => Element::ShortMonth(case),
            "MM" => Element::Month,
            "MI" => Element::Minute,
            "DDD" => Element::DayOfYear,
            "DD" => Element::Day,
            "DAY" => Element::LongWeekday(case),
            "DY" => Element::ShortWeekday(case),
            "D" => Element::DayOfWeek,
            "HH12" | "HH" => Element::Hour12,
            "HH24" => Element::Hour24,
            "SSSSS" => Element::SecondOfDay,
            "SS" => Element::Second,
            "A.M." | "P.M." => Element::Meridian(case, true),
            "AM" | "PM" => Element::Meridian(case, false),
            "TZH" => Element::ZoneHour,
            "TZM" => Element::ZoneMinute,
            _ => {
                let digit = after.chars().next().and_then(|c| c.to_digit(10));
                let Some(digits @ 1..=9) = digit else {
                    return Err(format!("FF of the format `{format}` needs a digit from 1 to 9"));
                };
                after = &after[1..];
                Element::Fraction(digits as usize)
            }
        };
        if !fits(&element, kind) {
            let kind = match kind {
                Kind::Date => "DATE",
                Kind::DateTime => "DATETIME",
                Kind::Time => "TIME",
                Kind::Timestamp => "TIMESTAMP",
            };
            return Err(format!("{kind} has no `{written}`"));
        }
        elements.push(element);
        rest = after;
    }
    Ok(elements)
}

/// A text in double quotes, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => match characters.next()?.1 {
                c @ ('\\' | '"') => out.push(c),
                _ => return None,
            },
            '"' => return Some((out, &text[at + 1..])),
            c => out.push(c),
        }
    }
    None
}

fn case_of(written: &str) -> Case {
    let mut letters = written.chars().filter(char::is_ascii_alphabetic);
    let (first, second) = (letters.next(), letters.next());
    match (first, second) {
        (Some(first), _) if first.is_ascii_lowercase() => Case::Lower,
        (_, Some(second)) if second.is_ascii_lowercase() => Case::Capital,
        _ => Case::Upper,
    }
}

fn fits(element: &Element, kind: Kind) -> bool {
    match element {
        Element::Literal(_) | Element::Blanks(_) => true,
        Element::ZoneHour | Element::ZoneMinute => kind == Kind::Timestamp,
        Element::Hour12
        | Element::Hour24
        | Element::Minute
        | Element::Second
        | Element::SecondOfDay
        | Element::Fraction(_)
        | Element::Meridian(..) => kind != Kind::Date,
        _ => kind != Kind::Time,
    }
}
