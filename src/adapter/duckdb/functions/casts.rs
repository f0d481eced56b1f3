//! Texts read as numbers, truth values, dates and moments by GoogleSQL's grammar
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions>), which is
//! stricter than the engine's in places and wider in others.

use std::{error::Error, marker::PhantomData, sync::Arc};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use duckdb::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array,
            RecordBatch, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
        },
        datatypes::{DataType, Float64Type, TimeUnit},
    },
    vscalar::arrow::{ArrowFunctionSignature, VArrowScalar},
};

use crate::sql::{float_text, read_text};

/// What a text can be read as.
pub(super) trait Target {
    /// One value, as the array holds it.
    type Value;
    /// The name in messages.
    const NAME: &'static str;
    /// The type in the engine.
    fn kind() -> DataType;
    /// The value, if the text is one.
    fn read(text: &str) -> Option<Self::Value>;
    /// Values as an array.
    fn array(values: Vec<Option<Self::Value>>) -> ArrayRef;
}

/// `CAST(text AS …)`: an error where the text is no such value.
pub(super) struct Cast<T>(PhantomData<T>);

/// `SAFE_CAST(text AS …)`: NULL where the text is no such value.
pub(super) struct SafeCast<T>(PhantomData<T>);

impl<T: Target> VArrowScalar for Cast<T> {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let mut values = Vec::with_capacity(input.num_rows());
        for text in input.column(0).as_string::<i32>() {
            values.push(match text {
                None => None,
                Some(text) => match T::read(text) {
                    None => return Err(format!("bad {} value: {text:?}", T::NAME).into()),
                    value => value,
                },
            });
        }
        Ok(T::array(values))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        vec![ArrowFunctionSignature::exact(vec![DataType::Utf8], T::kind())]
    }
}

impl<T: Target> VArrowScalar for SafeCast<T> {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let texts = input.column(0).as_string::<i32>().iter();
        Ok(T::array(texts.map(|text| T::read(text?)).collect()))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        Cast::<T>::signatures()
    }
}

/// INT64.
pub(super) struct Integer;
/// FLOAT64.
pub(super) struct Float;
/// BOOL.
pub(super) struct Truth;
/// DATE.
pub(super) struct Day;
/// DATETIME.
pub(super) struct CivilMoment;
/// TIMESTAMP.
pub(super) struct Moment;
/// TIME.
pub(super) struct Clock;

impl Target for Integer {
    type Value = i64;
    const NAME: &'static str = "INT64";
    fn kind() -> DataType {
        DataType::Int64
    }
    fn read(text: &str) -> Option<i64> {
        read_text::integer(text)
    }
    fn array(values: Vec<Option<i64>>) -> ArrayRef {
        Arc::new(Int64Array::from(values))
    }
}

impl Target for Float {
    type Value = f64;
    const NAME: &'static str = "FLOAT64";
    fn kind() -> DataType {
        DataType::Float64
    }
    fn read(text: &str) -> Option<f64> {
        read_text::float(text)
    }
    fn array(values: Vec<Option<f64>>) -> ArrayRef {
        Arc::new(Float64Array::from(values))
    }
}

impl Target for Truth {
    type Value = bool;
    const NAME: &'static str = "BOOL";
    fn kind() -> DataType {
        DataType::Boolean
    }
    fn read(text: &str) -> Option<bool> {
        read_text::truth(text)
    }
    fn array(values: Vec<Option<bool>>) -> ArrayRef {
        Arc::new(BooleanArray::from(values))
    }
}

impl Target for Day {
    type Value = NaiveDate;
    const NAME: &'static str = "DATE";
    fn kind() -> DataType {
        DataType::Date32
    }
    fn read(text: &str) -> Option<NaiveDate> {
        read_text::day(text)
    }
    fn array(values: Vec<Option<NaiveDate>>) -> ArrayRef {
        let days = |date: NaiveDate| (date - NaiveDate::default()).num_days() as i32;
        let values: Vec<Option<i32>> = values.into_iter().map(|value| value.map(days)).collect();
        Arc::new(Date32Array::from(values))
    }
}

impl Target for CivilMoment {
    type Value = NaiveDateTime;
    const NAME: &'static str = "DATETIME";
    fn kind() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, None)
    }
    fn read(text: &str) -> Option<NaiveDateTime> {
        read_text::civil_moment(text)
    }
    fn array(values: Vec<Option<NaiveDateTime>>) -> ArrayRef {
        let micros = |moment: NaiveDateTime| moment.and_utc().timestamp_micros();
        let values: Vec<Option<i64>> = values.into_iter().map(|value| value.map(micros)).collect();
        Arc::new(TimestampMicrosecondArray::from(values))
    }
}

impl Target for Moment {
    type Value = DateTime<Utc>;
    const NAME: &'static str = "TIMESTAMP";
    fn kind() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
    }
    fn read(text: &str) -> Option<DateTime<Utc>> {
        read_text::moment(text)
    }
    fn array(values: Vec<Option<DateTime<Utc>>>) -> ArrayRef {
        let micros = |moment: DateTime<Utc>| moment.timestamp_micros();
        let values: Vec<Option<i64>> = values.into_iter().map(|value| value.map(micros)).collect();
        Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
    }
}

impl Target for Clock {
    type Value = NaiveTime;
    const NAME: &'static str = "TIME";
    fn kind() -> DataType {
        DataType::Time64(TimeUnit::Microsecond)
    }
    fn read(text: &str) -> Option<NaiveTime> {
        read_text::time_of_day(text)
    }
    fn array(values: Vec<Option<NaiveTime>>) -> ArrayRef {
        let micros = |time: NaiveTime| {
            (time - NaiveTime::MIN).num_microseconds().expect("a day has few microseconds")
        };
        let values: Vec<Option<i64>> = values.into_iter().map(|value| value.map(micros)).collect();
        Arc::new(Time64MicrosecondArray::from(values))
    }
}

/// `CAST(FLOAT64 AS STRING)`: the shortest of 15 and 17 digits that reads back as the same number.
pub(super) struct FloatText;

impl VArrowScalar for FloatText {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let numbers = input.column(0).as_primitive::<Float64Type>();
        let texts: StringArray = numbers.iter().map(|number| number.map(float_text)).collect();
        Ok(Arc::new(texts))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        vec![ArrowFunctionSignature::exact(vec![DataType::Float64], DataType::Utf8)]
    }
}
