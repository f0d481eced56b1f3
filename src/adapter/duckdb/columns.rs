//! Result columns and their types.

use duckdb::arrow::datatypes::{DataType, IntervalUnit, Schema, TimeUnit};

use crate::{
    relation::{Column, Dialect},
    sql::google_type,
};

/// The columns of a result, types in the dialect.
pub(super) fn result_columns(schema: &Schema, dialect: Dialect) -> Vec<Column> {
    let column = |field: &std::sync::Arc<duckdb::arrow::datatypes::Field>| Column {
        name: field.name().clone(),
        data_type: in_dialect(&duckdb_name(field.data_type()), dialect),
    };
    schema.fields().iter().map(column).collect()
}

/// A DuckDB type as the dialect writes it.
pub(super) fn in_dialect(duckdb_type: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::DuckDb => duckdb_type.to_owned(),
        Dialect::GoogleSql => google_type(duckdb_type),
    }
}

fn duckdb_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Int8 => "TINYINT".to_owned(),
        DataType::Int16 => "SMALLINT".to_owned(),
        DataType::Int32 => "INTEGER".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::UInt8 => "UTINYINT".to_owned(),
        DataType::UInt16 => "USMALLINT".to_owned(),
        DataType::UInt32 => "UINTEGER".to_owned(),
        DataType::UInt64 => "UBIGINT".to_owned(),
        DataType::Float32 => "FLOAT".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Decimal128(precision, scale) => format!("DECIMAL({precision},{scale})"),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "BLOB".to_owned(),
        DataType::Date32 | DataType::Date64 => "DATE".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "TIME".to_owned(),
        DataType::Timestamp(_, Some(_)) => "TIMESTAMP WITH TIME ZONE".to_owned(),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => "TIMESTAMP_NS".to_owned(),
        DataType::Timestamp(_, None) => "TIMESTAMP".to_owned(),
        DataType::Interval(IntervalUnit::MonthDayNano) => "INTERVAL".to_owned(),
        DataType::List(element) | DataType::LargeList(element) => {
            format!("{}[]", duckdb_name(element.data_type()))
        }
        DataType::FixedSizeList(element, size) => {
            format!("{}[{size}]", duckdb_name(element.data_type()))
        }
        DataType::Struct(fields) => {
            let field = |field: &std::sync::Arc<duckdb::arrow::datatypes::Field>| {
                let name = Dialect::DuckDb.quote(field.name());
                format!("{name} {}", duckdb_name(field.data_type()))
            };
            format!("STRUCT({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        DataType::Dictionary(_, value) => duckdb_name(value),
        _ => "VARCHAR".to_owned(),
    }
}
