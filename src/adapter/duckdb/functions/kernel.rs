//! Scalar functions as plain Rust over one row: NULL in, NULL out; an `Err` is the query's error.

use duckdb::arrow::{
    array::{
        Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, BooleanArray, Date32Array,
        Float64Array, Int64Array, Int64Builder, ListArray, ListBuilder, PrimitiveArray,
        StringArray, StringBuilder, Time64MicrosecondArray, TimestampMicrosecondArray,
    },
    datatypes::{
        DataType, Date32Type, Float64Type, Int64Type, Time64MicrosecondType, TimeUnit,
        TimestampMicrosecondType,
    },
};
use std::sync::Arc;

/// A type of arguments.
pub(super) trait Argument {
    /// The column of it.
    type Column: Array + 'static;
    /// One value.
    type Value<'a>;
    /// The type in the engine.
    fn kind() -> DataType;
    /// The column behind what the engine hands over.
    fn open(column: &dyn Array) -> &Self::Column;
    /// The value at a row that is not NULL.
    fn value(column: &Self::Column, row: usize) -> Self::Value<'_>;
}

/// A type of results.
pub(super) trait Answer {
    /// One value.
    type Value;
    /// The type in the engine.
    fn answer_kind() -> DataType;
    /// Values as a column.
    fn column(values: Vec<Option<Self::Value>>) -> ArrayRef;
}

/// Declares functions and `register`, which registers them under their names in SQL.
macro_rules! functions {
    ($($(#[$about:meta])* $sql:literal $name:ident($($arg:ident: $kind:ty),+) -> $answer:ty $body:block)+) => {
        $(
            $(#[$about])*
            struct $name;

            impl duckdb::vscalar::arrow::VArrowScalar for $name {
                type State = ();

                fn invoke(
                    (): &(),
                    input: duckdb::arrow::array::RecordBatch,
                ) -> Result<std::sync::Arc<dyn duckdb::arrow::array::Array>, Box<dyn std::error::Error>> {
                    use duckdb::arrow::array::Array;
                    use $crate::adapter::duckdb::functions::kernel::{Answer, Argument};
                    fn one(
                        $($arg: <$kind as Argument>::Value<'_>),+
                    ) -> Result<Option<<$answer as Answer>::Value>, String> $body
                    let mut columns = input.columns().iter();
                    $(
                        let $arg = columns.next().ok_or("an argument is missing")?;
                        let $arg = <$kind as Argument>::open($arg.as_ref());
                    )+
                    let values: Result<Vec<_>, String> = (0..input.num_rows())
                        .map(|row| {
                            if $($arg.is_null(row))||+ {
                                return Ok(None);
                            }
                            one($(<$kind as Argument>::value($arg, row)),+)
                        })
                        .collect();
                    Ok(<$answer as Answer>::column(values?))
                }

                fn signatures() -> Vec<duckdb::vscalar::arrow::ArrowFunctionSignature> {
                    use $crate::adapter::duckdb::functions::kernel::{Answer, Argument};
                    let arguments = vec![$(<$kind as Argument>::kind()),+];
                    let answer = <$answer as Answer>::answer_kind();
                    vec![duckdb::vscalar::arrow::ArrowFunctionSignature::exact(arguments, answer)]
                }
            }
        )+

        /// Registers the functions of this file.
        pub(super) fn register(connection: &duckdb::Connection) -> duckdb::Result<()> {
            $(connection.register_scalar_function::<$name>($sql)?;)+
            Ok(())
        }
    };
}
pub(super) use functions;

/// A type whose column arrow holds as plain numbers.
macro_rules! plain {
    ($($(#[$about:meta])* $name:ident: $arrow:ty, $value:ty, $kind:expr, $column:expr;)+) => {$(
        $(#[$about])*
        pub(super) struct $name;

        impl Argument for $name {
            type Column = PrimitiveArray<$arrow>;
            type Value<'a> = $value;
            fn kind() -> DataType {
                $kind
            }
            fn open(column: &dyn Array) -> &Self::Column {
                column.as_primitive::<$arrow>()
            }
            fn value(column: &Self::Column, row: usize) -> $value {
                column.value(row)
            }
        }

        impl Answer for $name {
            type Value = $value;
            fn answer_kind() -> DataType {
                $kind
            }
            fn column(values: Vec<Option<$value>>) -> ArrayRef {
                let column: fn(Vec<Option<$value>>) -> ArrayRef = $column;
                column(values)
            }
        }
    )+};
}

plain! {
    /// INT64.
    Int: Int64Type, i64, DataType::Int64, |values| Arc::new(Int64Array::from(values));
    /// FLOAT64.
    Float: Float64Type, f64, DataType::Float64, |values| Arc::new(Float64Array::from(values));
    /// DATE, in days since 1970.
    Day: Date32Type, i32, DataType::Date32, |values| Arc::new(Date32Array::from(values));
    /// TIME, in microseconds.
    Clock: Time64MicrosecondType, i64, DataType::Time64(TimeUnit::Microsecond),
        |values| Arc::new(Time64MicrosecondArray::from(values));
    /// DATETIME, in microseconds since 1970.
    Civil: TimestampMicrosecondType, i64, DataType::Timestamp(TimeUnit::Microsecond, None),
        |values| Arc::new(TimestampMicrosecondArray::from(values));
    /// TIMESTAMP, in microseconds since 1970.
    Moment: TimestampMicrosecondType, i64,
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        |values| Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"));
}

/// STRING.
pub(super) struct Text;

impl Argument for Text {
    type Column = StringArray;
    type Value<'a> = &'a str;
    fn kind() -> DataType {
        DataType::Utf8
    }
    fn open(column: &dyn Array) -> &StringArray {
        column.as_string::<i32>()
    }
    fn value(column: &StringArray, row: usize) -> &str {
        column.value(row)
    }
}

impl Answer for Text {
    type Value = String;
    fn answer_kind() -> DataType {
        DataType::Utf8
    }
    fn column(values: Vec<Option<String>>) -> ArrayRef {
        Arc::new(StringArray::from(values))
    }
}

/// BYTES.
pub(super) struct Bytes;

impl Argument for Bytes {
    type Column = BinaryArray;
    type Value<'a> = &'a [u8];
    fn kind() -> DataType {
        DataType::Binary
    }
    fn open(column: &dyn Array) -> &BinaryArray {
        column.as_binary::<i32>()
    }
    fn value(column: &BinaryArray, row: usize) -> &[u8] {
        column.value(row)
    }
}

impl Answer for Bytes {
    type Value = Vec<u8>;
    fn answer_kind() -> DataType {
        DataType::Binary
    }
    fn column(values: Vec<Option<Vec<u8>>>) -> ArrayRef {
        Arc::new(BinaryArray::from_iter(values))
    }
}

impl Argument for Ints {
    type Column = ListArray;
    type Value<'a> = Vec<i64>;
    fn kind() -> DataType {
        DataType::new_list(DataType::Int64, true)
    }
    fn open(column: &dyn Array) -> &ListArray {
        column.as_list::<i32>()
    }
    fn value(column: &ListArray, row: usize) -> Vec<i64> {
        column.value(row).as_primitive::<Int64Type>().iter().flatten().collect()
    }
}

impl Argument for BytesList {
    type Column = ListArray;
    type Value<'a> = Vec<Vec<u8>>;
    fn kind() -> DataType {
        DataType::new_list(DataType::Binary, true)
    }
    fn open(column: &dyn Array) -> &ListArray {
        column.as_list::<i32>()
    }
    fn value(column: &ListArray, row: usize) -> Vec<Vec<u8>> {
        let values = column.value(row);
        values.as_binary::<i32>().iter().flatten().map(<[u8]>::to_vec).collect()
    }
}

/// ARRAY<FLOAT64> with NULLs among them.
pub(super) struct OptionalFloats;

impl Argument for OptionalFloats {
    type Column = ListArray;
    type Value<'a> = Vec<Option<f64>>;
    fn kind() -> DataType {
        DataType::new_list(DataType::Float64, true)
    }
    fn open(column: &dyn Array) -> &ListArray {
        column.as_list::<i32>()
    }
    fn value(column: &ListArray, row: usize) -> Vec<Option<f64>> {
        column.value(row).as_primitive::<Float64Type>().iter().collect()
    }
}

/// BOOL.
pub(super) struct Truth;

impl Answer for Truth {
    type Value = bool;
    fn answer_kind() -> DataType {
        DataType::Boolean
    }
    fn column(values: Vec<Option<bool>>) -> ArrayRef {
        Arc::new(BooleanArray::from(values))
    }
}

/// An array of values that a builder of arrow takes.
macro_rules! list {
    ($($(#[$about:meta])* $name:ident: $value:ty, $element:expr, $builder:expr;)+) => {$(
        $(#[$about])*
        pub(super) struct $name;

        impl Answer for $name {
            type Value = Vec<$value>;
            fn answer_kind() -> DataType {
                DataType::new_list($element, true)
            }
            fn column(values: Vec<Option<Vec<$value>>>) -> ArrayRef {
                let mut builder = ListBuilder::new($builder);
                for value in values {
                    builder.append_option(value.map(|items| items.into_iter().map(Some)));
                }
                Arc::new(builder.finish())
            }
        }
    )+};
}

/// ARRAY<STRING> with NULLs among them.
pub(super) struct OptionalTexts;

impl Answer for OptionalTexts {
    type Value = Vec<Option<String>>;
    fn answer_kind() -> DataType {
        DataType::new_list(DataType::Utf8, true)
    }
    fn column(values: Vec<Option<Vec<Option<String>>>>) -> ArrayRef {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for value in values {
            builder.append_option(value);
        }
        Arc::new(builder.finish())
    }
}

list! {
    /// ARRAY<STRING>.
    Texts: String, DataType::Utf8, StringBuilder::new();
    /// ARRAY<BYTES>.
    BytesList: Vec<u8>, DataType::Binary, BinaryBuilder::new();
    /// ARRAY<INT64>.
    Ints: i64, DataType::Int64, Int64Builder::new();
}
