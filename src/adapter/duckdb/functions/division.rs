//! Division that is an error by zero, and exact for decimals
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#arithmetic_operators>).

use std::{error::Error, sync::Arc};

use duckdb::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array, RecordBatch},
        datatypes::{DataType, Float64Type, i256},
    },
    vscalar::arrow::{ArrowFunctionSignature, VArrowScalar},
};

/// `FLOAT64 / FLOAT64`.
pub(super) struct DivideFloats;

impl VArrowScalar for DivideFloats {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let dividends = input.column(0).as_primitive::<Float64Type>();
        let divisors = input.column(1).as_primitive::<Float64Type>();
        let divide = |(dividend, divisor): (Option<f64>, Option<f64>)| {
            let (Some(dividend), Some(divisor)) = (dividend, divisor) else { return Ok(None) };
            if divisor == 0.0 {
                return Err(format!("division by zero: {dividend} / {divisor}"));
            }
            let quotient = dividend / divisor;
            if quotient.is_infinite() && dividend.is_finite() {
                return Err(format!("floating point overflow: {dividend} / {divisor}"));
            }
            Ok(Some(quotient))
        };
        let quotients: Result<Float64Array, String> =
            dividends.iter().zip(divisors.iter()).map(divide).collect();
        Ok(Arc::new(quotients?) as ArrayRef)
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        vec![ArrowFunctionSignature::exact(
            vec![DataType::Float64, DataType::Float64],
            DataType::Float64,
        )]
    }
}

/// `IEEE_DIVIDE`: infinities and NaN instead of errors.
pub(super) struct DivideIeee;

impl VArrowScalar for DivideIeee {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let dividends = input.column(0).as_primitive::<Float64Type>();
        let divisors = input.column(1).as_primitive::<Float64Type>();
        let quotients: Float64Array = dividends
            .iter()
            .zip(divisors.iter())
            .map(|(dividend, divisor)| Some(dividend? / divisor?))
            .collect();
        Ok(Arc::new(quotients))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        DivideFloats::signatures()
    }
}

/// Digits of every decimal here: the engine's most.
const PRECISION: u8 = 38;

/// `NUMERIC / NUMERIC`.
pub(super) struct DivideNumerics;

impl VArrowScalar for DivideNumerics {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        divide_decimals(&input, 9)
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        vec![decimals(9)]
    }
}

fn decimals(scale: i8) -> ArrowFunctionSignature {
    // The driver hands decimals out and takes none in: they come as text.
    let texts = vec![DataType::Utf8, DataType::Utf8];
    ArrowFunctionSignature::exact(texts, DataType::Decimal128(PRECISION, scale))
}

fn divide_decimals(input: &RecordBatch, scale: i8) -> Result<Arc<dyn Array>, Box<dyn Error>> {
    let dividends = input.column(0).as_string::<i32>();
    let divisors = input.column(1).as_string::<i32>();
    let divide = |(dividend, divisor): (Option<&str>, Option<&str>)| match (dividend, divisor) {
        (Some(dividend), Some(divisor)) => {
            quotient(unscaled(dividend, scale)?, unscaled(divisor, scale)?, scale).map(Some)
        }
        _ => Ok(None),
    };
    let quotients: Result<Decimal128Array, String> =
        dividends.iter().zip(divisors.iter()).map(divide).collect();
    Ok(Arc::new(quotients?.with_precision_and_scale(PRECISION, scale)?) as ArrayRef)
}

/// The digits of a decimal's text, as many behind the point as `scale` says.
fn unscaled(text: &str, scale: i8) -> Result<i128, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<width$}", width = usize::from(scale.unsigned_abs()));
    digits.parse().map_err(|_| format!("{text} is no decimal"))
}

/// The quotient of two unscaled decimals, halves rounded away from zero.
fn quotient(dividend: i128, divisor: i128, scale: i8) -> Result<i128, String> {
    if divisor == 0 {
        return Err("division by zero".to_owned());
    }
    let power = i256::from_i128(10_i128.pow(scale.unsigned_abs().into()));
    let (numerator, denominator) =
        (i256::from_i128(dividend).wrapping_mul(power), i256::from_i128(divisor));
    let whole = numerator.wrapping_div(denominator);
    let rest = numerator.wrapping_rem(denominator).wrapping_abs();
    let twice = rest.wrapping_mul(i256::from_i128(2));
    let away = if twice >= denominator.wrapping_abs() {
        i256::from_i128(if (dividend < 0) == (divisor < 0) { 1 } else { -1 })
    } else {
        i256::ZERO
    };
    let largest = 10_i128.pow(PRECISION.into()) - 1;
    match whole.wrapping_add(away).to_i128() {
        Some(result) if result.abs() <= largest => Ok(result),
        _ => Err("numeric overflow in division".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::quotient;

    #[test]
    fn decimals_divide_exactly_and_round_halves_away() {
        let nine = 1_000_000_000;
        assert_eq!(quotient(nine, 3 * nine, 9), Ok(333_333_333));
        assert_eq!(quotient(2 * nine, -3 * nine, 9), Ok(-666_666_667));
        assert_eq!(quotient(1, 2 * nine, 9), Ok(1));
        assert_eq!(quotient(-1, 2 * nine, 9), Ok(-1));
        let large = 10_i128.pow(38) - 1;
        assert_eq!(quotient(large, nine, 9), Ok(large));
        assert!(quotient(large, 1, 9).is_err());
        assert!(quotient(1, 0, 9).is_err());
    }
}
