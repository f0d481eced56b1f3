//! BIGNUMERIC: arithmetic, casts and aggregates with all of its digits
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types>).

use std::sync::Arc;

use duckdb::arrow::{
    array::{Array, ArrayRef, AsArray, BinaryArray, ListArray, StructArray},
    buffer::NullBuffer,
    datatypes::{DataType, Field, Fields},
};
use num_bigint::{BigInt, Sign};

use super::kernel::{Answer, Argument, Float, Int, Text, functions};
use crate::{
    adapter::duckdb::bignumeric::{BigNumeric, SCALE, ratio, rounded_quotient, ten},
    sql::BIGNUMERIC_FIELD,
};

/// BIGNUMERIC.
pub(super) struct Big;

impl Argument for Big {
    type Column = StructArray;
    type Value<'a> = BigNumeric;
    fn kind() -> DataType {
        DataType::Struct(fields())
    }
    fn open(column: &dyn Array) -> &StructArray {
        column.as_struct()
    }
    fn value(column: &StructArray, row: usize) -> BigNumeric {
        BigNumeric::from_bytes(column.column(0).as_binary::<i32>().value(row))
    }
}

impl Answer for Big {
    type Value = BigNumeric;
    fn answer_kind() -> DataType {
        Self::kind()
    }
    fn column(values: Vec<Option<BigNumeric>>) -> ArrayRef {
        let known = NullBuffer::from_iter(values.iter().map(Option::is_some));
        let bytes = values.iter().map(|value| value.as_ref().map(BigNumeric::to_bytes));
        let bytes: ArrayRef = Arc::new(BinaryArray::from_iter(bytes));
        Arc::new(StructArray::new(fields(), vec![bytes], Some(known)))
    }
}

fn fields() -> Fields {
    Fields::from(vec![Field::new(BIGNUMERIC_FIELD, DataType::Binary, true)])
}

/// ARRAY<BIGNUMERIC> with NULLs among them.
pub(super) struct OptionalBigs;

impl Argument for OptionalBigs {
    type Column = ListArray;
    type Value<'a> = Vec<Option<BigNumeric>>;
    fn kind() -> DataType {
        DataType::new_list(Big::kind(), true)
    }
    fn open(column: &dyn Array) -> &ListArray {
        column.as_list::<i32>()
    }
    fn value(column: &ListArray, row: usize) -> Vec<Option<BigNumeric>> {
        let values = column.value(row);
        let numbers = Big::open(values.as_ref());
        let each = |at| (!numbers.is_null(at)).then(|| Big::value(numbers, at));
        (0..numbers.len()).map(each).collect()
    }
}

functions! {
    /// From the text of a number.
    "googlesql_bignumeric" OfText(text: Text) -> Big { BigNumeric::parse(text).map(Some) }
    /// From a FLOAT64.
    "googlesql_bignumeric_of_float" OfFloat(number: Float) -> Big {
        BigNumeric::of_float(number).map(Some)
    }
    /// As text, without zeros at its end.
    "googlesql_bignumeric_text" TextOf(number: Big) -> Text { Ok(Some(number.to_string())) }
    /// As FLOAT64.
    "googlesql_bignumeric_float" FloatOf(number: Big) -> Float { Ok(Some(number.to_float())) }
    /// As INT64.
    "googlesql_bignumeric_int" IntOf(number: Big) -> Int {
        let whole = i64::try_from(number.rounded_to(0));
        whole.map(Some).map_err(|_| format!("{number} is outside of the range of INT64"))
    }
    /// The text of the NUMERIC next to it.
    "googlesql_bignumeric_numeric" NumericOf(number: Big) -> Text {
        let unscaled = number.rounded_to(NUMERIC_SCALE);
        match unscaled.magnitude() < ten(38).magnitude() {
            true => Ok(Some(as_decimal(&unscaled, NUMERIC_SCALE))),
            false => Err(format!("{number} is outside of the range of NUMERIC")),
        }
    }
    /// The number, if it has no more digits than a type with parameters.
    "googlesql_bignumeric_limited" Limited(number: Big, precision: Int, scale: Int) -> Big {
        let (precision, scale) = (small(precision)?, small(scale)?);
        let unscaled = number.rounded_to(scale);
        if *unscaled.magnitude() >= *ten(precision).magnitude() {
            return Err(format!("{number} has more digits than BIGNUMERIC({precision}, {scale})"));
        }
        BigNumeric::new(unscaled * ten(SCALE.saturating_sub(scale))).map(Some)
    }
    "googlesql_bignumeric_add" Add(left: Big, right: Big) -> Big {
        BigNumeric::new(left.unscaled() + right.unscaled()).map(Some)
    }
    "googlesql_bignumeric_subtract" Subtract(left: Big, right: Big) -> Big {
        BigNumeric::new(left.unscaled() - right.unscaled()).map(Some)
    }
    "googlesql_bignumeric_multiply" Multiply(left: Big, right: Big) -> Big {
        let product = left.unscaled() * right.unscaled();
        BigNumeric::new(rounded_quotient(&product, &ten(SCALE))).map(Some)
    }
    "googlesql_bignumeric_divide" Divide(left: Big, right: Big) -> Big {
        not_zero(&right)?;
        BigNumeric::new(rounded_quotient(&(left.unscaled() * ten(SCALE)), right.unscaled())).map(Some)
    }
    /// `DIV`.
    "googlesql_bignumeric_div" WholeQuotient(left: Big, right: Big) -> Big {
        not_zero(&right)?;
        BigNumeric::new(left.unscaled() / right.unscaled() * ten(SCALE)).map(Some)
    }
    /// `MOD`.
    "googlesql_bignumeric_mod" Rest(left: Big, right: Big) -> Big {
        not_zero(&right)?;
        BigNumeric::new(left.unscaled() % right.unscaled()).map(Some)
    }
    "googlesql_bignumeric_negate" Negate(number: Big) -> Big {
        BigNumeric::new(-number.unscaled()).map(Some)
    }
    "googlesql_bignumeric_abs" Size(number: Big) -> Big {
        BigNumeric::new(number.unscaled().magnitude().clone().into()).map(Some)
    }
    "googlesql_bignumeric_sign" SignOf(number: Big) -> Big {
        let sign = match number.unscaled().sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        };
        BigNumeric::new(BigInt::from(sign) * ten(SCALE)).map(Some)
    }
    /// `ROUND`: halves away from zero.
    "googlesql_bignumeric_round" Round(number: Big, places: Int) -> Big {
        in_steps(&number, places, rounded_quotient)
    }
    /// `ROUND` to the even one of two that are as near.
    "googlesql_bignumeric_round_even" RoundEven(number: Big, places: Int) -> Big {
        in_steps(&number, places, |number, step| {
            let nearest = rounded_quotient(number, step);
            let is_half = ((number % step) * 2_u8).magnitude() == step.magnitude();
            match is_half && nearest.bit(0) {
                true if number.sign() == Sign::Minus => nearest + 1,
                true => nearest - 1,
                false => nearest,
            }
        })
    }
    /// `TRUNC`.
    "googlesql_bignumeric_trunc" Truncate(number: Big, places: Int) -> Big {
        in_steps(&number, places, |number, step| number / step)
    }
    "googlesql_bignumeric_floor" Floor(number: Big) -> Big {
        in_steps(&number, 0, |number, step| {
            let below = (number % step).sign() == Sign::Minus;
            number / step - u8::from(below)
        })
    }
    "googlesql_bignumeric_ceil" Ceil(number: Big) -> Big {
        in_steps(&number, 0, |number, step| {
            let above = (number % step).sign() == Sign::Plus;
            number / step + u8::from(above)
        })
    }
    /// `SUM`.
    "googlesql_bignumeric_sum" Sum(numbers: OptionalBigs) -> Big {
        let numbers = known(numbers);
        if numbers.is_empty() {
            return Ok(None);
        }
        BigNumeric::new(sum(&numbers)).map(Some)
    }
    /// `AVG`.
    "googlesql_bignumeric_avg" Average(numbers: OptionalBigs) -> Big {
        let numbers = known(numbers);
        if numbers.is_empty() {
            return Ok(None);
        }
        BigNumeric::new(rounded_quotient(&sum(&numbers), &BigInt::from(numbers.len()))).map(Some)
    }
    /// `VAR_POP`, `VAR_SAMP`, `STDDEV_POP`, `STDDEV_SAMP`.
    "googlesql_bignumeric_spread" Spread(function: Text, numbers: OptionalBigs) -> Float {
        let numbers = known(numbers);
        let variance = covariance(&numbers, &numbers, function.ends_with("pop"));
        Ok(variance.map(|variance| match function.starts_with("var") {
            true => variance,
            false => variance.sqrt(),
        }))
    }
    /// `COVAR_POP`, `COVAR_SAMP`, `CORR`.
    "googlesql_bignumeric_pairs" Pairs(function: Text, left: OptionalBigs, right: OptionalBigs) -> Float {
        let pairs = left.into_iter().zip(right).filter_map(|(left, right)| Some((left?, right?)));
        let (left, right): (Vec<BigNumeric>, Vec<BigNumeric>) = pairs.unzip();
        if function != "corr" {
            return Ok(covariance(&left, &right, function.ends_with("pop")));
        }
        Ok(correlation(&left, &right))
    }
    /// `PERCENTILE_CONT`, as a text with so many digits behind the point.
    "googlesql_bignumeric_percentile" Percentile(
        numbers: OptionalBigs,
        share: Big,
        respects_nulls: Int,
        places: Int
    ) -> Text {
        percentile(numbers, &share, respects_nulls == 1, small(places)?)
    }
}

/// Digits behind the point of a NUMERIC.
const NUMERIC_SCALE: u32 = 9;

fn small(number: i64) -> Result<u32, String> {
    u32::try_from(number).map_err(|_| format!("{number} is no number of digits"))
}

fn not_zero(divisor: &BigNumeric) -> Result<(), String> {
    match divisor.unscaled().sign() {
        Sign::NoSign => Err("division by zero".to_owned()),
        _ => Ok(()),
    }
}

/// The text of an integer with so many of its digits behind the point.
fn as_decimal(unscaled: &BigInt, scale: u32) -> String {
    let width = scale as usize + 1;
    let digits = format!("{:0>width$}", unscaled.magnitude().to_string());
    let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
    let sign = if unscaled.sign() == Sign::Minus { "-" } else { "" };
    format!("{sign}{whole}.{fraction}")
}

/// The number in whole steps of a power of ten.
fn in_steps(
    number: &BigNumeric,
    places: i64,
    divided: fn(&BigInt, &BigInt) -> BigInt,
) -> Result<Option<BigNumeric>, String> {
    if places >= SCALE.into() {
        return Ok(Some(number.clone()));
    }
    // 39 digits stand before the point.
    let power = i64::from(SCALE) - places.max(-40);
    let step = ten(u32::try_from(power).unwrap_or(SCALE));
    BigNumeric::new(divided(number.unscaled(), &step) * step).map(Some)
}

fn known(numbers: Vec<Option<BigNumeric>>) -> Vec<BigNumeric> {
    numbers.into_iter().flatten().collect()
}

fn sum(numbers: &[BigNumeric]) -> BigInt {
    numbers.iter().map(BigNumeric::unscaled).sum()
}

/// `n * sum(x * y) - sum(x) * sum(y)`, of integers of `10^-38`.
fn deviation(left: &[BigNumeric], right: &[BigNumeric]) -> BigInt {
    let products: BigInt =
        left.iter().zip(right).map(|(left, right)| left.unscaled() * right.unscaled()).sum();
    products * left.len() - sum(left) * sum(right)
}

fn covariance(left: &[BigNumeric], right: &[BigNumeric], is_population: bool) -> Option<f64> {
    let count = left.len();
    let degrees = if is_population { count } else { count.checked_sub(1)? };
    if degrees == 0 {
        return None;
    }
    let divisor = BigInt::from(count) * degrees * ten(2 * SCALE);
    Some(ratio(&deviation(left, right), &divisor))
}

fn correlation(left: &[BigNumeric], right: &[BigNumeric]) -> Option<f64> {
    if left.len() < 2 {
        return None;
    }
    let (left_spread, right_spread) = (deviation(left, left), deviation(right, right));
    if left_spread.sign() == Sign::NoSign || right_spread.sign() == Sign::NoSign {
        return Some(f64::NAN);
    }
    // The square of the correlation is a quotient of integers.
    let together = deviation(left, right);
    let square = ratio(&(&together * &together), &(left_spread * right_spread));
    Some(if together.sign() == Sign::Minus { -square.sqrt() } else { square.sqrt() })
}

fn percentile(
    mut numbers: Vec<Option<BigNumeric>>,
    share: &BigNumeric,
    respects_nulls: bool,
    places: u32,
) -> Result<Option<String>, String> {
    let one = ten(SCALE);
    if share.unscaled().sign() == Sign::Minus || *share.unscaled() > one {
        return Err(format!("PERCENTILE_CONT takes a number from 0 to 1, not {share}"));
    }
    if !respects_nulls {
        numbers.retain(Option::is_some);
    }
    // NULL is the least.
    numbers.sort();
    let Some(last) = numbers.len().checked_sub(1) else { return Ok(None) };
    let place = share.unscaled() * last;
    let (below, weight) = (&place / &one, &place % &one);
    let below = usize::try_from(below).unwrap_or(last);
    let left = &numbers[below.min(last)];
    let right = numbers.get(below + 1).unwrap_or(left);
    let step = ten(SCALE.saturating_sub(places));
    let scaled =
        |number: &BigNumeric| as_decimal(&rounded_quotient(number.unscaled(), &step), places);
    if weight.sign() == Sign::NoSign {
        return Ok(left.as_ref().map(scaled));
    }
    Ok(match (left, right) {
        (Some(left), Some(right)) => {
            let between = left.unscaled() * (&one - &weight) + right.unscaled() * &weight;
            Some(as_decimal(&rounded_quotient(&between, &(one * step)), places))
        }
        // Beside NULL a value stands alone.
        (left, right) => left.as_ref().or(right.as_ref()).map(scaled),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(text: &str) -> BigNumeric {
        BigNumeric::parse(text).expect("a number")
    }

    #[test]
    fn steps_are_powers_of_ten() {
        let round = |text: &str, places| in_steps(&big(text), places, rounded_quotient);
        let text = |number: Result<Option<BigNumeric>, String>| {
            number.expect("a number").expect("a number").to_string()
        };
        assert_eq!(text(round("-2.5", 0)), "-3");
        assert_eq!(text(round("1.005", 2)), "1.01");
        assert_eq!(text(round("149", -2)), "100");
        assert_eq!(text(round("4e38", -40)), "0");
        assert_eq!(text(round("0.5", 38)), "0.5");
        assert!(round("5.5e38", -39).is_err());
    }

    #[test]
    fn statistics_are_exact() {
        let numbers: Vec<BigNumeric> = ["1e37", "10000000000000000000000000000000000002"]
            .iter()
            .map(|text| big(text))
            .collect();
        assert_eq!(covariance(&numbers, &numbers, true), Some(1.0));
        assert_eq!(covariance(&numbers, &numbers, false), Some(2.0));
        assert_eq!(correlation(&numbers, &numbers), Some(1.0));
        assert_eq!(covariance(&numbers[..1], &numbers[..1], false), None);
    }

    #[test]
    fn percentiles_lie_between() {
        let numbers = vec![Some(big("1")), None, Some(big("2"))];
        let share = |share: &str, nulls, places| {
            percentile(numbers.clone(), &big(share), nulls, places).expect("a number")
        };
        assert_eq!(share("0.5", false, 9).as_deref(), Some("1.500000000"));
        assert_eq!(share("0.25", true, 9).as_deref(), Some("1.000000000"));
        assert_eq!(share("0", true, 9), None);
    }
}
