//! FLOAT64 arithmetic and mathematical functions: what is no number, or too large, is an error
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions>).

use super::kernel::{Float, Int, functions};

functions! {
    /// `+`.
    "googlesql_add" Add(left: Float, right: Float) -> Float {
        finite(left + right, left, '+', right)
    }
    /// `-`.
    "googlesql_subtract" Subtract(left: Float, right: Float) -> Float {
        finite(left - right, left, '-', right)
    }
    /// `*`.
    "googlesql_multiply" Multiply(left: Float, right: Float) -> Float {
        finite(left * right, left, '*', right)
    }
    /// `ROUND`: halves away from zero, by the number's exact value.
    "googlesql_round" Round(number: Float, places: Int) -> Float {
        checked("ROUND", &[number], rounded(number, places))
    }
    "googlesql_sqrt" Sqrt(x: Float) -> Float {
        if x < 0.0 {
            return Err(format!("SQRT takes no negative number: {x}"));
        }
        checked("SQRT", &[x], x.sqrt())
    }
    "googlesql_cbrt" Cbrt(x: Float) -> Float { checked("CBRT", &[x], x.cbrt()) }
    "googlesql_exp" Exp(x: Float) -> Float { checked("EXP", &[x], x.exp()) }
    "googlesql_ln" Ln(x: Float) -> Float { checked("LN", &[x], x.ln()) }
    "googlesql_log10" Log10(x: Float) -> Float { checked("LOG10", &[x], x.log10()) }
    "googlesql_log" Log(x: Float, base: Float) -> Float {
        if x == f64::NEG_INFINITY || base.is_infinite() {
            return Ok(Some(f64::NAN));
        }
        let logarithm = if base > 0.0 { x.ln() / base.ln() } else { f64::NAN };
        checked("LOG", &[x, base], logarithm)
    }
    "googlesql_pow" Pow(x: Float, y: Float) -> Float { checked("POW", &[x, y], x.powf(y)) }
    "googlesql_sin" Sin(x: Float) -> Float { Ok(Some(x.sin())) }
    "googlesql_cos" Cos(x: Float) -> Float { Ok(Some(x.cos())) }
    "googlesql_tan" Tan(x: Float) -> Float { Ok(Some(x.tan())) }
    "googlesql_asin" Asin(x: Float) -> Float { checked("ASIN", &[x], x.asin()) }
    "googlesql_acos" Acos(x: Float) -> Float { checked("ACOS", &[x], x.acos()) }
    "googlesql_atan" Atan(x: Float) -> Float { checked("ATAN", &[x], x.atan()) }
    "googlesql_atan2" Atan2(y: Float, x: Float) -> Float { checked("ATAN2", &[y, x], y.atan2(x)) }
    "googlesql_sinh" Sinh(x: Float) -> Float { checked("SINH", &[x], x.sinh()) }
    "googlesql_cosh" Cosh(x: Float) -> Float { checked("COSH", &[x], x.cosh()) }
    "googlesql_tanh" Tanh(x: Float) -> Float { checked("TANH", &[x], x.tanh()) }
    "googlesql_asinh" Asinh(x: Float) -> Float { checked("ASINH", &[x], asinh(x)) }
    "googlesql_acosh" Acosh(x: Float) -> Float { checked("ACOSH", &[x], acosh(x)) }
    "googlesql_atanh" Atanh(x: Float) -> Float { checked("ATANH", &[x], x.atanh()) }
    "googlesql_cot" Cot(x: Float) -> Float { checked("COT", &[x], x.tan().recip()) }
    "googlesql_sec" Sec(x: Float) -> Float { checked("SEC", &[x], x.cos().recip()) }
    "googlesql_csc" Csc(x: Float) -> Float { checked("CSC", &[x], x.sin().recip()) }
    "googlesql_coth" Coth(x: Float) -> Float { checked("COTH", &[x], x.tanh().recip()) }
    "googlesql_sech" Sech(x: Float) -> Float { checked("SECH", &[x], x.cosh().recip()) }
    "googlesql_csch" Csch(x: Float) -> Float { checked("CSCH", &[x], x.sinh().recip()) }
    /// A sum or mean of FLOAT64, given how many of its values are not finite.
    "googlesql_finite" Finite(result: Float, not_finite: Int) -> Float {
        if result.is_infinite() && not_finite == 0 {
            return Err("floating point overflow in an aggregate".to_owned());
        }
        Ok(Some(result))
    }
    /// The same, with NULL for an overflow.
    "googlesql_finite_or_null" FiniteOrNull(result: Float, not_finite: Int) -> Float {
        Ok(Some(result).filter(|result| !result.is_infinite() || not_finite > 0))
    }
}

fn finite(result: f64, left: f64, symbol: char, right: f64) -> Result<Option<f64>, String> {
    if result.is_infinite() && left.is_finite() && right.is_finite() {
        return Err(format!("floating point overflow: {left:?} {symbol} {right:?}"));
    }
    Ok(Some(result))
}

fn checked(function: &str, given: &[f64], result: f64) -> Result<Option<f64>, String> {
    let is_new_nan = result.is_nan() && given.iter().all(|number| number.is_finite());
    let is_new_infinity = result.is_infinite() && given.iter().all(|number| number.is_finite());
    if is_new_nan || is_new_infinity {
        let given: Vec<String> = given.iter().map(f64::to_string).collect();
        return Err(format!("floating point error in {function}({})", given.join(", ")));
    }
    Ok(Some(result))
}

/// Whose square is no FLOAT64.
const LARGE: f64 = 1e150;

fn asinh(x: f64) -> f64 {
    match x.abs() > LARGE && x.is_finite() {
        true => (x.abs().ln() + std::f64::consts::LN_2).copysign(x),
        false => x.asinh(),
    }
}

fn acosh(x: f64) -> f64 {
    if x > LARGE && x.is_finite() { x.ln() + std::f64::consts::LN_2 } else { x.acosh() }
}

/// More digits behind the point than any half has.
const MOST_PLACES: i64 = 400;

fn rounded(number: f64, places: i64) -> f64 {
    if !number.is_finite() || places > MOST_PLACES {
        return number;
    }
    if places <= 0 {
        let whole = number.abs();
        // Beyond, a double is a multiple of a large power of two and has no digits to round.
        if whole >= 1e38 || places < -38 {
            let unit = 10_f64.powi(i32::try_from(-places).unwrap_or(i32::MAX));
            return if unit.is_infinite() { 0.0 } else { (number / unit).round() * unit };
        }
        let unit = 10_u128.pow(u32::try_from(-places).unwrap_or(0));
        let (digits, has_fraction) = (whole.trunc() as u128, whole.fract());
        let up = if unit == 1 { has_fraction >= 0.5 } else { digits % unit * 2 >= unit };
        let digits = (digits / unit + u128::from(up)) * unit;
        return (digits as f64).copysign(number);
    }
    let places = usize::try_from(places).unwrap_or(0);
    // The formatter rounds halves to even; a half is exact and ends in 5.
    let longer = format!("{:.*}", places + 22, number.abs());
    let (kept, rest) = longer.split_at(longer.len() - 22);
    let is_half = rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0');
    let text = if is_half {
        // One more in the next place rounds it up.
        format!("{:.places$}", format!("{kept}6").parse::<f64>().unwrap_or(number))
    } else {
        format!("{:.places$}", number.abs())
    };
    text.parse::<f64>().unwrap_or(number).copysign(number)
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_are_rounded_by_their_exact_value() {
        for (number, places, expected) in [
            (2.675, 2, 2.67),
            (1.15, 1, 1.1),
            (0.125, 2, 0.13),
            (-2.5, 0, -3.0),
            (1250.0, -2, 1300.0),
            (1e300, 2, 1e300),
            (0.285, 2, 0.28),
            (1.5, -400, 0.0),
        ] {
            assert_eq!(rounded(number, places), expected, "{number}");
        }
    }
}
