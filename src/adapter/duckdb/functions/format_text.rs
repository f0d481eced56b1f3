//! The elements of `FORMAT`, one value each
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string>).

use num_bigint::BigInt;

use super::kernel::{Float, Int, Text, functions};
use crate::sql::float_text;

functions! {
    /// `%d`, `%i`, `%o`, `%x`, `%X`.
    "googlesql_format_int" FormatInt(element: Text, value: Int) -> Text {
        let element = Element::read(element);
        let size = value.unsigned_abs();
        let digits = match element.conversion {
            'o' => format!("{size:o}"),
            'x' => format!("{size:x}"),
            'X' => format!("{size:X}"),
            _ => size.to_string(),
        };
        let digits = format!("{digits:0>width$}", width = element.precision.unwrap_or(1));
        let prefix = match element.conversion {
            'x' if element.has('#') => "0x",
            'X' if element.has('#') => "0X",
            'o' if element.has('#') => "0",
            _ => "",
        };
        Ok(Some(element.number(value < 0, prefix, &digits)))
    }
    /// `%f`, `%e`, `%g` and their capitals.
    "googlesql_format_float" FormatFloat(element: Text, value: Float) -> Text {
        let element = Element::read(element);
        let size = value.abs();
        let precision = element.precision.unwrap_or(6);
        let text = if value.is_nan() {
            "nan".to_owned()
        } else if value.is_infinite() {
            "inf".to_owned()
        } else {
            match element.conversion.to_ascii_lowercase() {
                'f' => format!("{size:.precision$}"),
                'e' => exponent(&format!("{size:.precision$e}")),
                _ => shortest(size, precision.max(1), element.has('#')),
            }
        };
        let upper = element.conversion.is_ascii_uppercase();
        let text = if upper { text.to_uppercase() } else { text };
        Ok(Some(element.number(value < 0.0, "", &text)))
    }
    /// `%f` of a NUMERIC, given as its text: halves are rounded away from zero.
    "googlesql_format_decimal" FormatDecimal(element: Text, value: Text) -> Text {
        let element = Element::read(element);
        let (is_negative, size) = match value.strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, value),
        };
        let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
        let precision = element.precision.unwrap_or(6);
        let kept = fraction.len().min(precision);
        let digits = format!("{whole}{}", &fraction[..kept]);
        let mut unscaled: BigInt = digits.parse().map_err(|_| format!("{value} is no NUMERIC"))?;
        if fraction.as_bytes().get(kept).is_some_and(|digit| *digit >= b'5') {
            unscaled += 1;
        }
        let digits = format!("{:0>width$}", unscaled.to_string(), width = kept + 1);
        let (whole, fraction) = digits.split_at(digits.len() - kept);
        let point = if precision > 0 { "." } else { "" };
        let text = format!("{whole}{point}{fraction:0<precision$}");
        Ok(Some(element.number(is_negative && unscaled != BigInt::ZERO, "", &text)))
    }
    /// `%s`, and `%t` of a text.
    "googlesql_format_padded" FormatPadded(element: Text, value: Text) -> Text {
        let element = Element::read(element);
        let text: String = match element.precision {
            Some(most) => value.chars().take(most).collect(),
            None => value.to_owned(),
        };
        Ok(Some(element.padded(text)))
    }
    /// `%t` of a FLOAT64, never like an integer, and the literal of `%T`.
    "googlesql_format_shown" Shown(value: Float, as_literal: Int) -> Text {
        let mut text = float_text(value);
        if value == 0.0 && value.is_sign_negative() {
            text.insert(0, '-');
        }
        if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            text.push_str(".0");
        }
        let is_word = as_literal == 1 && !value.is_finite();
        Ok(Some(if is_word { format!("CAST(\"{text}\" AS FLOAT64)") } else { text }))
    }
    /// `%T` of a STRING: a literal.
    "googlesql_format_quoted" Quoted(text: Text) -> Text {
        let quote = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
        let mut out = String::from(quote);
        for c in text.chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\\' => out.push_str("\\\\"),
                c if c == quote => out.extend(['\\', c]),
                c => out.push(c),
            }
        }
        out.push(quote);
        Ok(Some(out))
    }
}

/// `-05.2f`: flags, width, precision and conversion.
struct Element<'e> {
    flags: &'e str,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

/// Wider than this is a mistake.
const WIDEST: usize = 1 << 20;

impl<'e> Element<'e> {
    fn read(text: &'e str) -> Self {
        let length = text.find(|c| !"-+ 0#'".contains(c)).unwrap_or(text.len());
        let (flags, rest) = text.split_at(length);
        let size = |digits: &str| digits.parse::<usize>().unwrap_or(0).min(WIDEST);
        let (numbers, conversion) = rest.split_at(rest.len().saturating_sub(1));
        let (width, precision) = match numbers.split_once('.') {
            Some((width, precision)) => (width, Some(size(precision))),
            None => (numbers, None),
        };
        let conversion = conversion.chars().next().unwrap_or_default();
        Self { flags, width: size(width), precision, conversion }
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn number(&self, is_negative: bool, prefix: &str, digits: &str) -> String {
        let sign = match is_negative {
            true => "-",
            false if self.has('+') => "+",
            false if self.has(' ') => " ",
            false => "",
        };
        let digits = if self.has('\'') { grouped(digits) } else { digits.to_owned() };
        let has_digits =
            digits.starts_with(|c: char| c.is_ascii_hexdigit()) && !digits.starts_with("inf");
        let length = sign.len() + prefix.len() + digits.len();
        if self.has('0') && !self.has('-') && has_digits && length < self.width {
            return format!("{sign}{prefix}{}{digits}", "0".repeat(self.width - length));
        }
        self.padded(format!("{sign}{prefix}{digits}"))
    }

    fn padded(&self, text: String) -> String {
        let blanks = " ".repeat(self.width.saturating_sub(text.chars().count()));
        if self.has('-') { text + &blanks } else { blanks + &text }
    }
}

/// Digits before the point in groups of three.
fn grouped(digits: &str) -> String {
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(length);
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (length - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// `1.5e4` as `1.5e+04`.
fn exponent(text: &str) -> String {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

/// `%g`: the shorter of both forms, without zeros at its end.
fn shortest(value: f64, digits: usize, keeps_zeros: bool) -> String {
    let scientific = format!("{value:.*e}", digits - 1);
    let power: i32 =
        scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') && !keeps_zeros {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if power < -4 || power >= digits as i32 {
        let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        return exponent(&format!("{}e{power}", trimmed(mantissa)));
    }
    trimmed(&format!("{value:.*}", usize::try_from(digits as i32 - 1 - power).unwrap_or(0)))
}
