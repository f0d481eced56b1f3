//! A BIGNUMERIC: an integer of 256 bits, of which 38 decimal digits are behind the point
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types>).
//!
//! The engine has no such number. It keeps the bits, most significant first and with the sign turned,
//! so that its own order of bytes is the order of the numbers.

use std::fmt;

use num_bigint::{BigInt, Sign};

/// Digits behind the point.
pub(super) const SCALE: u32 = 38;
/// The bytes that the engine keeps.
const SIZE: usize = 32;
/// Powers of ten beyond this are zero, or too large for any BIGNUMERIC.
const MOST_EXPONENT: i64 = 200;

/// A number with 38 digits behind the point.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BigNumeric(BigInt);

impl BigNumeric {
    /// From an integer of `10^-38`.
    ///
    /// # Errors
    /// What 256 bits do not hold.
    pub fn new(unscaled: BigInt) -> Result<Self, String> {
        let limit = BigInt::from(1) << 255_u32;
        match unscaled < limit && unscaled >= -limit {
            true => Ok(Self(unscaled)),
            false => Err("BIGNUMERIC overflow".to_owned()),
        }
    }

    /// The integer of `10^-38`.
    pub fn unscaled(&self) -> &BigInt {
        &self.0
    }

    /// Reads digits with a point and an exponent; digits behind the 38th are rounded, halves away
    /// from zero.
    ///
    /// # Errors
    /// What is no number, and what is too large.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no BIGNUMERIC");
        let trimmed = text.trim();
        let (is_negative, digits) = match trimmed.as_bytes().first() {
            Some(b'-') => (true, &trimmed[1..]),
            Some(b'+') => (false, &trimmed[1..]),
            _ => (false, trimmed),
        };
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let bare = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(wrong());
                }
                // What no i64 holds is as far away.
                let far = if exponent.starts_with('-') { -i64::MAX } else { i64::MAX };
                (mantissa, exponent.parse::<i64>().unwrap_or(far))
            }
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let number: BigInt = all.parse().map_err(|_| wrong())?;
        let power = exponent.saturating_sub(fraction.len() as i64).saturating_add(SCALE.into());
        let unscaled = if number.sign() == Sign::NoSign {
            number
        } else if power >= 0 {
            if power > MOST_EXPONENT {
                return Err("BIGNUMERIC overflow".to_owned());
            }
            number * ten(power as u32)
        } else if power < -MOST_EXPONENT - all.len() as i64 {
            BigInt::ZERO
        } else {
            rounded_quotient(&number, &ten(power.unsigned_abs() as u32))
        };
        Self::new(if is_negative { -unscaled } else { unscaled })
    }

    /// From a FLOAT64, by its exact value.
    ///
    /// # Errors
    /// What is not finite, and what is too large.
    pub fn of_float(number: f64) -> Result<Self, String> {
        if !number.is_finite() {
            return Err(format!("{number} is no BIGNUMERIC"));
        }
        let bits = number.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
        let power = exponent.max(1) - 1075;
        let scaled = BigInt::from(mantissa) * ten(SCALE);
        let unscaled = match power >= 0 {
            true => scaled << power.unsigned_abs(),
            false => rounded_quotient(&scaled, &(BigInt::from(1) << power.unsigned_abs())),
        };
        Self::new(if number < 0.0 { -unscaled } else { unscaled })
    }

    /// What the engine keeps of it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.0.to_signed_bytes_be();
        let fill = if self.0.sign() == Sign::Minus { 0xff } else { 0 };
        let mut kept = vec![fill; SIZE.saturating_sub(bytes.len())];
        kept.extend(bytes);
        kept[0] ^= 0x80;
        kept
    }

    /// What the engine has kept.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut bytes = bytes.to_vec();
        if let Some(first) = bytes.first_mut() {
            *first ^= 0x80;
        }
        Self(BigInt::from_signed_bytes_be(&bytes))
    }

    /// The nearest FLOAT64.
    pub fn to_float(&self) -> f64 {
        ratio(&self.0, &ten(SCALE))
    }

    /// The number with so many digits behind the point, halves away from zero, as an integer of that
    /// many digits.
    pub fn rounded_to(&self, places: u32) -> BigInt {
        rounded_quotient(&self.0, &ten(SCALE.saturating_sub(places)))
    }
}

impl fmt::Display for BigNumeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = SCALE as usize + 1;
        let digits = format!("{:0>width$}", self.0.magnitude().to_string());
        let (whole, fraction) = digits.split_at(digits.len() - SCALE as usize);
        let fraction = fraction.trim_end_matches('0');
        let sign = if self.0.sign() == Sign::Minus { "-" } else { "" };
        match fraction {
            "" => write!(f, "{sign}{whole}"),
            fraction => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

/// `10^power`.
pub(super) fn ten(power: u32) -> BigInt {
    BigInt::from(10).pow(power)
}

/// The nearest integer of a quotient, halves away from zero. The divisor is not zero.
pub(super) fn rounded_quotient(dividend: &BigInt, divisor: &BigInt) -> BigInt {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.magnitude() * 2_u32 < *divisor.magnitude() {
        return quotient;
    }
    match (dividend.sign() == Sign::Minus) == (divisor.sign() == Sign::Minus) {
        true => quotient + 1,
        false => quotient - 1,
    }
}

/// A quotient as the nearest FLOAT64, infinite where it is too large. The divisor is not zero.
pub(super) fn ratio(dividend: &BigInt, divisor: &BigInt) -> f64 {
    if dividend.sign() == Sign::NoSign {
        return 0.0;
    }
    // More digits than a FLOAT64 tells apart, and one that says whether more would follow.
    let digits = |number: &BigInt| number.magnitude().to_string().len() as i64;
    let shift = 40 - digits(dividend) + digits(divisor);
    let power = ten(shift.unsigned_abs() as u32);
    let (above, below) = match shift >= 0 {
        true => (dividend * power, divisor.clone()),
        false => (dividend.clone(), divisor * power),
    };
    let (quotient, rest) = (&above / &below, &above % &below);
    let more = u8::from(rest.sign() != Sign::NoSign);
    format!("{quotient}{more}e{}", -shift - 1).parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        BigNumeric::parse(text).map_or_else(|error| error, |number| number.to_string())
    }

    #[test]
    fn digits_are_read_and_written() {
        let least =
            "-578960446186580977117854925043439539266.34992332820282019728792003956564819968";
        for text in ["0", "1.5", "-0.00000000000000000000000000000000000001", least] {
            assert_eq!(read(text), text);
        }
        assert_eq!(read(" +1e3 "), "1000");
        assert_eq!(read("15e-40"), "0");
        assert_eq!(read("5e-39"), "0.00000000000000000000000000000000000001");
        assert_eq!(read(".5"), "0.5");
        assert_eq!(read("5."), "5");
        assert_eq!(read("0e999999999999999999999"), "0");
        for text in ["", ".", "1e", "x", "1 2", "--1"] {
            assert!(read(text).contains("is no BIGNUMERIC"), "{text}");
        }
        for text in [least.replace("968", "969").as_str(), "1e39", "1e999999999999999999999"] {
            assert_eq!(read(text), "BIGNUMERIC overflow");
        }
    }

    #[test]
    fn bytes_have_the_order_of_numbers() {
        let texts = ["-1e38", "-2", "-0.1", "0", "0.1", "1", "1.1", "5.7e38"];
        let numbers: Vec<BigNumeric> =
            texts.iter().map(|text| BigNumeric::parse(text).expect("a number")).collect();
        let bytes: Vec<Vec<u8>> = numbers.iter().map(BigNumeric::to_bytes).collect();
        assert!(bytes.is_sorted());
        for (number, bytes) in numbers.iter().zip(&bytes) {
            assert_eq!(bytes.len(), SIZE);
            assert_eq!(BigNumeric::from_bytes(bytes), *number);
        }
    }

    #[test]
    fn floats_are_exact() {
        assert_eq!(BigNumeric::of_float(0.1).expect("a number").to_string().len(), 40);
        assert_eq!(BigNumeric::of_float(-2.5).expect("a number").to_string(), "-2.5");
        assert_eq!(BigNumeric::parse("0.1").expect("a number").to_float(), 0.1);
        assert_eq!(ratio(&BigInt::from(2), &BigInt::from(-3)), -2.0 / 3.0);
        assert!(BigNumeric::of_float(f64::NAN).is_err());
        assert!(BigNumeric::of_float(1e39).is_err());
    }
}
