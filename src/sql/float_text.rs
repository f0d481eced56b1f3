//! FLOAT64 as text.

/// `CAST(FLOAT64 AS STRING)`: the shortest of 15 and 17 digits that reads back as the same number.
#[must_use]
pub fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    // Zero has no sign here.
    let number = if number == 0.0 { 0.0 } else { number };
    let short = format!("{number:.14e}");
    let same = short.parse::<f64>().is_ok_and(|read| read == number);
    let (scientific, precision) = if same { (short, 15) } else { (format!("{number:.16e}"), 17) };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or_default();
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    if power < -4 || power >= precision {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let way = if power < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{way}{:02}", power.abs());
    }
    if power < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-power - 1) as usize));
    }
    let whole = power as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::read_text;

    #[test]
    fn floats_are_as_short_as_can_be() {
        for (number, text) in [
            (1.0, "1"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.33333333333333331"),
            (1e15, "1e+15"),
            (123456789012.5, "123456789012.5"),
            (-2.5e-7, "-2.5e-07"),
            (0.0001, "0.0001"),
        ] {
            assert_eq!(float_text(number), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn floats_read_back(number: f64) {
            let read = read_text::float(&float_text(number));
            proptest::prop_assert!(number.is_nan() || read == Some(number));
        }
    }
}
