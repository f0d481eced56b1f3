//! Which value an unquoted YAML scalar is, by YAML 1.1 as PyYAML's safe loader resolves it
//! (<https://yaml.org/type/>), which is how dbt reads a project.

use super::yaml::YamlValue;

/// The value of an unquoted scalar.
pub(super) fn resolve_plain(text: &str) -> YamlValue {
    let Some(first) = text.as_bytes().first() else { return YamlValue::Null };
    // Most scalars are names and prose: decided on their first byte.
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => {
            let found = number(text)
                .or_else(|| is_timestamp(text).then(|| YamlValue::Timestamp(text.to_owned())));
            found.unwrap_or_else(|| YamlValue::String(text.to_owned()))
        }
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text).unwrap_or_else(|| YamlValue::String(text.to_owned()))
        }
        _ => YamlValue::String(text.to_owned()),
    }
}

/// Whether a text without quotes is that text when it is read.
pub fn reads_as_text(text: &str) -> bool {
    // PyYAML's own: they have a meaning in places.
    !matches!(text, "=" | "<<")
        && matches!(resolve_plain(text), YamlValue::String(_))
        && !is_large(text)
}

/// Whether a text is a whole number beyond 64 bits, which is text here and a number in Python.
fn is_large(text: &str) -> bool {
    text.len() > 18
        && text
            .trim_start_matches(['-', '+'])
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// A scalar under an explicit core tag (`!!int`, …), or nothing where the text is not of that tag.
pub(super) fn resolve_tagged(tag: &str, text: &str) -> Option<YamlValue> {
    match tag {
        "str" => Some(YamlValue::String(text.to_owned())),
        "null" => Some(YamlValue::Null),
        "bool" => word(text).filter(|value| matches!(value, YamlValue::Bool(_))),
        "int" => number(text).filter(|value| matches!(value, YamlValue::Int(_))),
        "float" => match number(text)? {
            YamlValue::Int(whole) => Some(YamlValue::Float(whole as f64)),
            other => Some(other),
        },
        "timestamp" => is_timestamp(text).then(|| YamlValue::Timestamp(text.to_owned())),
        _ => None,
    }
}

/// Whether a text has the form of a date or a moment (<https://yaml.org/type/timestamp.html>).
fn is_timestamp(text: &str) -> bool {
    /// The rest after `least` to `most` digits.
    fn digits(text: &str, least: usize, most: usize) -> Option<&str> {
        let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        (count >= least).then(|| &text[count..])
    }
    let read = || -> Option<bool> {
        let year = digits(text, 4, 4)?.strip_prefix('-')?;
        let month = digits(year, 1, 2)?.strip_prefix('-')?;
        let rest = digits(month, 1, 2)?;
        if rest.is_empty() {
            // A date alone has all its digits.
            return Some(text.len() == "2024-01-31".len());
        }
        let blank = [' ', '\t'];
        let time = rest
            .strip_prefix(['T', 't'])
            .or_else(|| rest.starts_with(blank).then(|| rest.trim_start_matches(blank)))?;
        let minutes = digits(time, 1, 2)?.strip_prefix(':')?;
        let seconds = digits(minutes, 2, 2)?.strip_prefix(':')?;
        let mut rest = digits(seconds, 2, 2)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        if rest.is_empty() {
            return Some(true);
        }
        let zone = rest.trim_start_matches(blank);
        if zone == "Z" {
            return Some(true);
        }
        let hours = digits(zone.strip_prefix(['+', '-'])?, 1, 2)?;
        let minutes = match hours.strip_prefix(':') {
            Some(minutes) => digits(minutes, 2, 2)?,
            None => hours,
        };
        Some(minutes.is_empty())
    };
    read() == Some(true)
}

fn word(text: &str) -> Option<YamlValue> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(YamlValue::Null),
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(YamlValue::Bool(true))
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(YamlValue::Bool(false))
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<YamlValue> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            return Some(YamlValue::Float(if negative { -f64::INFINITY } else { f64::INFINITY }));
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => {
            return Some(YamlValue::Float(f64::NAN));
        }
        _ => {}
    }
    if unsigned.contains(':') {
        return sexagesimal(unsigned, negative);
    }
    if unsigned.contains('.') {
        return float(text, unsigned);
    }
    integer(unsigned, negative)
}

fn integer(unsigned: &str, negative: bool) -> Option<YamlValue> {
    let bytes = unsigned.as_bytes();
    let (radix, digits) = if let Some(digits) = unsigned.strip_prefix("0b") {
        (2, digits)
    } else if let Some(digits) = unsigned.strip_prefix("0x") {
        (16, digits)
    } else if bytes.len() > 1 && bytes[0] == b'0' {
        (8, unsigned)
    } else {
        (10, unsigned)
    };
    let starts_right = radix != 10 || bytes.first().is_some_and(u8::is_ascii_digit);
    let is_digit = |c: char| c == '_' || c.is_digit(radix);
    if digits.is_empty() || !starts_right || !digits.chars().all(is_digit) {
        return None;
    }
    let digits: String =
        negative.then_some('-').into_iter().chain(digits.chars().filter(|c| *c != '_')).collect();
    i64::from_str_radix(&digits, radix).ok().map(YamlValue::Int)
}

/// `1.5`, `.5`, `1.`, `1.5e+3`: the exponent must be signed, as YAML 1.1 has it.
fn float(text: &str, unsigned: &str) -> Option<YamlValue> {
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let signed_exponent = |part: &str| {
        part.strip_prefix(['+', '-'])
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    // `.5` is a number, `-.5` is text: YAML 1.1 has it so.
    let is_signed = text.len() != unsigned.len();
    let some_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    let starts_right = match whole.as_bytes().first() {
        Some(first) => *first != b'_',
        None => !is_signed && !fraction.starts_with('_'),
    };
    if !digits(whole)
        || !digits(fraction)
        || !some_digit
        || !starts_right
        || !exponent.is_none_or(signed_exponent)
    {
        return None;
    }
    text.replace('_', "").parse().ok().map(YamlValue::Float)
}

/// `1:30` is ninety in YAML 1.1, `1:30.5` is 90.5.
fn sexagesimal(unsigned: &str, negative: bool) -> Option<YamlValue> {
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let mut parts = whole.split(':');
    let first = parts.next()?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let first_is_right = first.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && (fraction.is_some() || !first.starts_with('0'));
    if !first_is_right || !digits(first) || !fraction.is_none_or(digits) {
        return None;
    }
    let mut total: i64 = first.replace('_', "").parse().ok()?;
    for part in parts {
        let value: i64 = match part.as_bytes() {
            [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'] => part.parse().ok()?,
            _ => return None,
        };
        total = total.checked_mul(60)?.checked_add(value)?;
    }
    let sign = if negative { -1 } else { 1 };
    let Some(fraction) = fraction else { return Some(YamlValue::Int(sign * total)) };
    let fraction: f64 = format!("0.{}", fraction.replace('_', "")).parse().ok()?;
    Some(YamlValue::Float(sign as f64 * (total as f64 + fraction)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_what_pyyaml_says() {
        let string = |text: &str| YamlValue::String(text.to_owned());
        for (text, value) in [
            ("yes", YamlValue::Bool(true)),
            ("Off", YamlValue::Bool(false)),
            ("y", string("y")),
            ("nO", string("nO")),
            ("~", YamlValue::Null),
            ("", YamlValue::Null),
            ("12", YamlValue::Int(12)),
            ("-12", YamlValue::Int(-12)),
            ("1_000", YamlValue::Int(1000)),
            ("010", YamlValue::Int(8)),
            ("0x1F", YamlValue::Int(31)),
            ("0b11", YamlValue::Int(3)),
            ("08", string("08")),
            ("1:30", YamlValue::Int(90)),
            ("1:30.5", YamlValue::Float(90.5)),
            ("00:30", string("00:30")),
            ("1:99", string("1:99")),
            ("1.5", YamlValue::Float(1.5)),
            (".5", YamlValue::Float(0.5)),
            ("-.5", string("-.5")),
            ("1.", YamlValue::Float(1.0)),
            ("1e3", string("1e3")),
            ("1.0e3", string("1.0e3")),
            ("1.0e+3", YamlValue::Float(1000.0)),
            (".", string(".")),
            ("-", string("-")),
            ("1.2.3", string("1.2.3")),
            (".inf", YamlValue::Float(f64::INFINITY)),
            ("2024-03-01", YamlValue::Timestamp("2024-03-01".to_owned())),
            ("2024-3-1", string("2024-3-1")),
            ("2024-03-01x", string("2024-03-01x")),
            ("2024-03", string("2024-03")),
            ("2024-03-01 10:30", string("2024-03-01 10:30")),
            ("2024-3-1 1:30:00", YamlValue::Timestamp("2024-3-1 1:30:00".to_owned())),
            ("2024-03-01T10:30:00.5Z", YamlValue::Timestamp("2024-03-01T10:30:00.5Z".to_owned())),
            (
                "2024-03-01 10:30:00 -05:30",
                YamlValue::Timestamp("2024-03-01 10:30:00 -05:30".to_owned()),
            ),
            ("99999999999999999999", string("99999999999999999999")),
        ] {
            assert_eq!(resolve_plain(text), value, "{text}");
        }
    }
}
