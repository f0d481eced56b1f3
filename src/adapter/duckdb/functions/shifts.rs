//! Bitwise shifts: logical, and 0 by 64 or more
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#bitwise_operators>).

use std::{error::Error, sync::Arc};

use duckdb::{
    arrow::{
        array::{Array, AsArray, Int64Array, RecordBatch},
        datatypes::{DataType, Int64Type},
    },
    vscalar::arrow::{ArrowFunctionSignature, VArrowScalar},
};

/// `<<`.
pub(super) struct ShiftLeft;

/// `>>`.
pub(super) struct ShiftRight;

impl VArrowScalar for ShiftLeft {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        shift(&input, |bits, by| bits.checked_shl(by))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signatures()
    }
}

impl VArrowScalar for ShiftRight {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        shift(&input, |bits, by| bits.checked_shr(by))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signatures()
    }
}

fn signatures() -> Vec<ArrowFunctionSignature> {
    let integers = vec![DataType::Int64, DataType::Int64];
    vec![ArrowFunctionSignature::exact(integers, DataType::Int64)]
}

fn shift(
    input: &RecordBatch,
    shifted: impl Fn(u64, u32) -> Option<u64>,
) -> Result<Arc<dyn Array>, Box<dyn Error>> {
    let values = input.column(0).as_primitive::<Int64Type>();
    let offsets = input.column(1).as_primitive::<Int64Type>();
    let one = |(value, offset): (Option<i64>, Option<i64>)| {
        let (Some(value), Some(offset)) = (value, offset) else { return Ok(None) };
        if offset < 0 {
            return Err(format!("bitwise shift by a negative offset: {offset}"));
        }
        let by = u32::try_from(offset).unwrap_or(u32::MAX);
        Ok(Some(shifted(value.cast_unsigned(), by).unwrap_or(0).cast_signed()))
    };
    let results: Result<Int64Array, String> = values.iter().zip(offsets.iter()).map(one).collect();
    Ok(Arc::new(results?))
}
