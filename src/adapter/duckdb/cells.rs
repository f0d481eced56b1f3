//! Arrow values as cells.

use std::fmt::Write;

use duckdb::arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{
        DataType, Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type,
        Int8Type, Int16Type, Int32Type, Int64Type, IntervalMonthDayNanoType, IntervalUnit,
        Time64MicrosecondType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
    util::display::{ArrayFormatter, FormatOptions},
};

use super::bignumeric::BigNumeric;
use crate::{
    relation::Cell,
    sql::{BIGNUMERIC_FIELD, RANGE_START},
};

/// Nesting deeper than any real type: an endless one cannot come from the engine.
const MAX_DEPTH: usize = 64;

/// The value at `row`.
pub(super) fn cell(array: &dyn Array, row: usize) -> Cell {
    nested(array, row, 0)
}

fn nested(array: &dyn Array, row: usize, depth: usize) -> Cell {
    if array.is_null(row) || depth > MAX_DEPTH {
        return Cell::Null;
    }
    let list = |values: ArrayRef| {
        Cell::List((0..values.len()).map(|at| nested(&values, at, depth + 1)).collect())
    };
    match array.data_type() {
        DataType::Null => Cell::Null,
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int8 => Cell::Int(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Cell::Int(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Cell::Int(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Cell::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => Cell::Int(array.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt16 => Cell::Int(array.as_primitive::<UInt16Type>().value(row).into()),
        DataType::UInt32 => Cell::Int(array.as_primitive::<UInt32Type>().value(row).into()),
        DataType::UInt64 => {
            let value = array.as_primitive::<UInt64Type>().value(row);
            i64::try_from(value).map_or_else(|_| Cell::Decimal(value.to_string()), Cell::Int)
        }
        DataType::Float32 => Cell::Float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => Cell::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => {
            Cell::Decimal(decimal(array.as_primitive::<Decimal128Type>().value(row), *scale))
        }
        DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => Cell::Text(array.as_string::<i64>().value(row).to_owned()),
        DataType::Utf8View => Cell::Text(array.as_string_view().value(row).to_owned()),
        DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        DataType::LargeBinary => Cell::Bytes(array.as_binary::<i64>().value(row).to_vec()),
        DataType::BinaryView => Cell::Bytes(array.as_binary_view().value(row).to_vec()),
        DataType::FixedSizeBinary(_) => {
            Cell::Bytes(array.as_fixed_size_binary().value(row).to_vec())
        }
        DataType::Timestamp(unit, zone) => Cell::Text(timestamp(array, row, *unit, zone.is_some())),
        DataType::Time64(TimeUnit::Microsecond) => {
            Cell::Text(time(array.as_primitive::<Time64MicrosecondType>().value(row)))
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            Cell::Text(time(array.as_primitive::<DurationMicrosecondType>().value(row)))
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let value = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            Cell::Text(interval(value.months, value.days, value.nanoseconds))
        }
        DataType::List(_) => list(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(_, _) => list(array.as_fixed_size_list().value(row)),
        DataType::Struct(fields)
            if let [field] = fields.as_ref()
                && field.name() == BIGNUMERIC_FIELD =>
        {
            match nested(array.as_struct().column(0), row, depth + 1) {
                Cell::Bytes(bytes) => Cell::Decimal(BigNumeric::from_bytes(&bytes).to_string()),
                other => other,
            }
        }
        DataType::Struct(fields)
            if fields.len() == 2 && fields.first().is_some_and(|f| f.name() == RANGE_START) =>
        {
            let ends = array.as_struct();
            let end = |at: usize| range_end(ends.column(at).as_ref(), row, depth);
            Cell::Text(format!("[{}, {})", end(0), end(1)))
        }
        DataType::Struct(fields) => {
            let values = array.as_struct();
            let value = |(at, name): (usize, &str)| {
                (name.to_owned(), nested(values.column(at), row, depth + 1))
            };
            Cell::Struct(
                fields.iter().map(|field| field.name().as_str()).enumerate().map(value).collect(),
            )
        }
        DataType::Map(_, _) => list(std::sync::Arc::new(array.as_map().value(row))),
        DataType::Union(_, _) => {
            let union = array.as_union();
            nested(union.value(row).as_ref(), 0, depth + 1)
        }
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            let at = dictionary.normalized_keys()[row];
            nested(dictionary.values().as_ref(), at, depth + 1)
        }
        _ => formatted(array, row),
    }
}

/// One end of a RANGE: what is infinite in the engine has no bound.
fn range_end(array: &dyn Array, row: usize, depth: usize) -> String {
    let is_infinite = match array.data_type() {
        DataType::Date32 => {
            array.as_primitive::<Date32Type>().value(row).unsigned_abs() == i32::MAX.unsigned_abs()
        }
        _ => false,
    };
    match nested(array, row, depth + 1) {
        Cell::Text(text) if !is_infinite && !text.ends_with("infinity") => text,
        _ => "UNBOUNDED".to_owned(),
    }
}

/// What arrow itself writes: dates (`2024-01-31`) and whatever is rare.
fn formatted(array: &dyn Array, row: usize) -> Cell {
    let options = FormatOptions::default();
    match ArrayFormatter::try_new(array, &options) {
        Ok(formatter) => Cell::Text(formatter.value(row).to_string()),
        Err(_) => Cell::Null,
    }
}

/// An exact decimal: `-0.05`, `12.00`.
fn decimal(unscaled: i128, scale: i8) -> String {
    let Ok(scale @ 1..) = usize::try_from(scale) else { return unscaled.to_string() };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    format!("{sign}{whole}.{fraction}")
}

fn timestamp(array: &dyn Array, row: usize, unit: TimeUnit, zoned: bool) -> String {
    let (value, per_second) = match unit {
        TimeUnit::Second => (array.as_primitive::<TimestampSecondType>().value(row), 1),
        TimeUnit::Millisecond => {
            (array.as_primitive::<TimestampMillisecondType>().value(row), 1_000)
        }
        TimeUnit::Microsecond => {
            (array.as_primitive::<TimestampMicrosecondType>().value(row), 1_000_000)
        }
        TimeUnit::Nanosecond => {
            (array.as_primitive::<TimestampNanosecondType>().value(row), 1_000_000_000)
        }
    };
    let nanoseconds = value.rem_euclid(per_second) * (1_000_000_000 / per_second);
    let moment = chrono::DateTime::from_timestamp(value.div_euclid(per_second), nanoseconds as u32);
    let Some(moment) = moment else {
        return if value > 0 { "infinity" } else { "-infinity" }.to_owned();
    };
    let mut text = moment.format("%Y-%m-%d %H:%M:%S").to_string();
    text.push_str(&fraction(nanoseconds));
    if zoned {
        text.push_str("+00:00");
    }
    text
}

fn time(microseconds: i64) -> String {
    let seconds = microseconds.div_euclid(1_000_000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let rest = fraction(microseconds.rem_euclid(1_000_000) * 1_000);
    format!("{hours:02}:{minutes:02}:{:02}{rest}", seconds % 60)
}

/// The part behind the second: nothing, six digits, or nine.
fn fraction(nanoseconds: i64) -> String {
    match nanoseconds {
        0 => String::new(),
        _ if nanoseconds % 1_000 == 0 => format!(".{:06}", nanoseconds / 1_000),
        _ => format!(".{nanoseconds:09}"),
    }
}

/// GoogleSQL's canonical form, `Y-M D H:M:S`
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#interval_type>).
fn interval(months: i32, days: i32, nanoseconds: i64) -> String {
    let mut text = String::new();
    let sign = if months < 0 { "-" } else { "" };
    let months = months.unsigned_abs();
    // Writing to a text cannot fail.
    let _ = write!(text, "{sign}{}-{} {days} ", months / 12, months % 12);
    let microseconds = nanoseconds.unsigned_abs() / 1_000;
    let seconds = microseconds / 1_000_000;
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let _ = write!(text, "{sign}{}:{}:{}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    text.push_str(&fraction((microseconds % 1_000_000 * 1_000) as i64));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(1200, 2), "12.00");
        assert_eq!(decimal(7, 0), "7");
    }

    #[test]
    fn times_and_intervals() {
        assert_eq!(time(3_723_000_001), "01:02:03.000001");
        assert_eq!(interval(14, -3, 3_723_000_000_000), "1-2 -3 1:2:3");
    }
}
