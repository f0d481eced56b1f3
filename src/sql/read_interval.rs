//! Texts read as an INTERVAL, and an INTERVAL as text
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#interval_type>).

/// An INTERVAL: three parts that do not turn into each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IntervalParts {
    /// Years and months.
    pub months: i64,
    /// Days.
    pub days: i64,
    /// Hours, minutes and seconds, in microseconds.
    pub micros: i64,
}

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const MOST_MONTHS: i64 = 120_000;
const MOST_DAYS: i64 = 3_660_000;
const MOST_MICROS: i64 = 87_840_000 * MICROS_PER_HOUR;

/// The parts of a date and a time, the largest first.
const PARTS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

impl IntervalParts {
    /// The interval, if its parts are in BigQuery's range.
    #[must_use]
    pub fn in_range(self) -> Option<Self> {
        let fits = self.months.abs() <= MOST_MONTHS
            && self.days.abs() <= MOST_DAYS
            && self.micros.abs() <= MOST_MICROS;
        fits.then_some(self)
    }

    /// Adds an amount of a part, `SECOND`s given in microseconds.
    fn add(&mut self, part: &str, amount: i64) -> Option<()> {
        let (field, factor) = match part {
            "YEAR" => (&mut self.months, 12),
            "MONTH" => (&mut self.months, 1),
            "WEEK" => (&mut self.days, 7),
            "DAY" => (&mut self.days, 1),
            "HOUR" => (&mut self.micros, MICROS_PER_HOUR),
            "MINUTE" => (&mut self.micros, 60_000_000),
            _ => (&mut self.micros, 1),
        };
        *field = field.checked_add(amount.checked_mul(factor)?)?;
        Some(())
    }

    /// The canonical text: `1-2 3 4:5:6.789`.
    #[must_use]
    pub fn text(self) -> String {
        let sign = |negative: bool| if negative { "-" } else { "" };
        let (months, micros) = (self.months.unsigned_abs(), self.micros.unsigned_abs());
        let seconds = micros / 1_000_000;
        let fraction = match micros % 1_000_000 {
            0 => String::new(),
            rest if rest % 1_000 == 0 => format!(".{:03}", rest / 1_000),
            rest => format!(".{rest:06}"),
        };
        format!(
            "{}{}-{} {} {}{}:{}:{}{fraction}",
            sign(self.months < 0),
            months / 12,
            months % 12,
            self.days,
            sign(self.micros < 0),
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    /// ISO 8601's text: `P1Y2M3DT4H5M6.789S`.
    #[must_use]
    pub fn iso_text(self) -> String {
        let mut out = String::from("P");
        let mut push = |number: i64, unit: char| {
            if number != 0 {
                out.push_str(&format!("{number}{unit}"));
            }
        };
        push(self.months / 12, 'Y');
        push(self.months % 12, 'M');
        push(self.days, 'D');
        if self.micros != 0 {
            let (hours, rest) = (self.micros / MICROS_PER_HOUR, self.micros % MICROS_PER_HOUR);
            let (minutes, rest) = (rest / 60_000_000, rest % 60_000_000);
            out.push('T');
            let mut push = |number: i64, unit: char| {
                if number != 0 {
                    out.push_str(&format!("{number}{unit}"));
                }
            };
            push(hours, 'H');
            push(minutes, 'M');
            if rest != 0 {
                let sign = if rest < 0 { "-" } else { "" };
                let (seconds, fraction) = (rest.abs() / 1_000_000, rest.abs() % 1_000_000);
                let fraction = format!(".{fraction:06}");
                let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
                out.push_str(&format!("{sign}{seconds}{fraction}S"));
            }
        }
        if out == "P" { "P0Y".to_owned() } else { out }
    }
}

/// A text that says by its form which parts it has, or in ISO 8601's form.
#[must_use]
pub fn interval(text: &str) -> Option<IntervalParts> {
    if text.starts_with('P') {
        return iso(text)?.in_range();
    }
    let between: String = text
        .char_indices()
        .filter(|(at, c)| match c {
            ' ' | ':' => true,
            // Behind a digit it is no sign.
            '-' => *at > 0 && text.as_bytes()[at - 1].is_ascii_digit(),
            _ => false,
        })
        .map(|(_, c)| c)
        .collect();
    let (first, last) = match between.as_str() {
        "-" => ("YEAR", "MONTH"),
        "- " => ("YEAR", "DAY"),
        "-  " => ("YEAR", "HOUR"),
        "-  :" => ("YEAR", "MINUTE"),
        "-  ::" => ("YEAR", "SECOND"),
        "  " => ("MONTH", "HOUR"),
        "  :" => ("MONTH", "MINUTE"),
        "  ::" => ("MONTH", "SECOND"),
        " :" => ("DAY", "MINUTE"),
        " ::" => ("DAY", "SECOND"),
        "::" => ("HOUR", "SECOND"),
        _ => return None,
    };
    ranged(text, first, last)
}

/// A text with the parts from one to another: `INTERVAL '…' DAY TO SECOND`.
#[must_use]
pub fn ranged(text: &str, first: &str, last: &str) -> Option<IntervalParts> {
    let place = |name: &str| PARTS.iter().position(|part| part.eq_ignore_ascii_case(name));
    let (first, last) = (place(first)?, place(last)?);
    let mut interval = IntervalParts::default();
    let mut rest = text;
    let mut negative = false;
    for (at, part) in PARTS.iter().enumerate().take(last + 1).skip(first) {
        // Years and months share a sign, and so do the parts of the time.
        if at == first || at == 2 || at == 3 {
            negative = rest.starts_with('-');
            rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        }
        let (amount, after) = amount(rest, *part == "SECOND")?;
        interval.add(part, if negative { -amount } else { amount })?;
        rest = after;
        if at < last {
            let separator = match at {
                0 => '-',
                1 | 2 => ' ',
                _ => ':',
            };
            rest = rest.strip_prefix(separator)?;
        }
    }
    if first >= last || !rest.is_empty() {
        return None;
    }
    interval.in_range()
}

/// Digits, and of seconds a fraction; seconds come in microseconds.
fn amount(text: &str, seconds: bool) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let whole: i64 = text[..length].parse().ok()?;
    let rest = &text[length..];
    if !seconds {
        return Some((whole, rest));
    }
    let mut micros = whole.checked_mul(1_000_000)?;
    let Some(fraction) = rest.strip_prefix('.') else { return Some((micros, rest)) };
    let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = fraction.split_at(length);
    // The engine holds microseconds.
    if length > 6 && digits[6..].bytes().any(|digit| digit != b'0') {
        return None;
    }
    let digits = &digits[..length.min(6)];
    if !digits.is_empty() {
        micros += digits.parse::<i64>().ok()? * 10_i64.pow(6 - digits.len() as u32);
    }
    Some((micros, rest))
}

/// `P1Y2M3W4DT5H6M7.5S`, each number with a sign of its own.
fn iso(text: &str) -> Option<IntervalParts> {
    let mut interval = IntervalParts::default();
    let mut rest = text.strip_prefix('P')?;
    let mut in_time = false;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T').filter(|after| !in_time && !after.is_empty()) {
            (in_time, rest) = (true, after);
            continue;
        }
        let negative = rest.starts_with('-');
        rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (amount, after) = amount(rest, rest[end..].starts_with('S'))?;
        let part = match (after.chars().next()?, in_time) {
            ('Y', false) => "YEAR",
            ('M', false) => "MONTH",
            ('W', false) => "WEEK",
            ('D', false) => "DAY",
            ('H', true) => "HOUR",
            ('M', true) => "MINUTE",
            ('S', true) => "SECOND",
            _ => return None,
        };
        interval.add(part, if negative { -amount } else { amount })?;
        rest = &after[1..];
    }
    Some(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_form() {
        for (text, canonical) in [
            ("1-2", "1-2 0 0:0:0"),
            ("1-2 3 4", "1-2 3 4:0:0"),
            ("1 2 3", "0-1 2 3:0:0"),
            ("1 2:3", "0-0 1 2:3:0"),
            ("-1-2 -3 -4:5:6.789", "-1-2 -3 -4:5:6.789"),
            ("1-13 40 30:70:80", "2-1 40 31:11:20"),
            ("P1Y2M3W4DT5H6M7.5S", "1-2 25 5:6:7.500"),
            ("P-1Y2M-3DT-5H6M7S", "-0-10 -3 -4:53:53"),
            ("0:0:0.0001", "0-0 0 0:0:0.000100"),
        ] {
            assert_eq!(
                interval(text).map(IntervalParts::text).as_deref(),
                Some(canonical),
                "{text}"
            );
        }
        for wrong in ["1 2", "3:4", "3", " 1-2", "1-2 ", "P", "P1H", "10001-0", "1:2:3.0000001"] {
            assert_eq!(interval(wrong), None, "{wrong}");
        }
        assert_eq!(ranged("10:20", "MINUTE", "SECOND").map(|read| read.micros), Some(620_000_000));
        assert_eq!(
            interval("1-2 3 4:5:6.5").map(IntervalParts::iso_text).as_deref(),
            Some("P1Y2M3DT4H5M6.5S")
        );
    }

    proptest::proptest! {
        #[test]
        fn texts_read_back(months in -120_000i64..=120_000, days in -3_660_000i64..=3_660_000, micros in -1_000_000_000_000i64..1_000_000_000_000) {
            let parts = IntervalParts { months, days, micros };
            proptest::prop_assert_eq!(interval(&parts.text()), Some(parts));
            proptest::prop_assert_eq!(interval(&parts.iso_text()), Some(parts));
        }
    }
}
