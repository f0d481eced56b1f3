//! `STRING(n)`, `BYTES(n)`, `NUMERIC(p, s)`: limits on values of a type
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types>).

use sqlparser::ast::{BinaryLength, CharacterLength, DataType, ExactNumberInfo};

use super::{
    SqlError,
    translate::{Translator, Typed},
    types::Type,
};

/// A limit on the values of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// Characters or bytes at most.
    Length(u64),
    /// Digits in all and behind the point.
    Digits(u64, u64),
}

impl Limit {
    /// The limit of a parsed type.
    ///
    /// # Errors
    /// Limits inside arrays and structs, and limits that the type cannot have.
    pub fn from_ast(data_type: &DataType) -> Result<Option<Self>, SqlError> {
        let digits = |info: &ExactNumberInfo, whole: u64, scale: u64| {
            let (precision, digits) = match info {
                ExactNumberInfo::None => return Ok(None),
                ExactNumberInfo::Precision(precision) => (*precision, 0),
                ExactNumberInfo::PrecisionAndScale(precision, digits) => {
                    (*precision, u64::try_from(*digits).unwrap_or(u64::MAX))
                }
            };
            if digits > scale || precision < digits.max(1) || precision - digits > whole {
                let message = format!("type `{data_type}` has more digits than it can have");
                return Err(refused(message));
            }
            Ok(Some(Self::Digits(precision, digits)))
        };
        match data_type {
            DataType::Numeric(info) | DataType::Decimal(info) => digits(info, 29, 9),
            DataType::BigNumeric(info) | DataType::BigDecimal(info) => digits(info, 20, 18),
            DataType::String(Some(length)) | DataType::Bytes(Some(length)) => {
                Ok(Some(Self::Length(*length)))
            }
            DataType::Varchar(Some(CharacterLength::IntegerLength { length, .. })) => {
                Ok(Some(Self::Length(*length)))
            }
            DataType::Varbinary(Some(BinaryLength::IntegerLength { length })) => {
                Ok(Some(Self::Length(*length)))
            }
            DataType::Array(_) | DataType::Struct(..) if data_type.to_string().contains('(') => {
                let message = format!("lengths and digits inside `{data_type}` are not supported");
                Err(refused(message))
            }
            _ => Ok(None),
        }
    }

    /// The value if it keeps the limit; else an error, or NULL where `safe`.
    pub fn apply(self, translator: &mut Translator<'_>, value: &Typed, safe: bool) -> String {
        match self {
            Self::Length(most) => translator.bind(&[value], |names| {
                let length = if value.kind == Type::Bytes { "octet_length" } else { "length" };
                let value = &names[0];
                let otherwise = if safe {
                    "NULL".to_owned()
                } else {
                    format!("error('a value is longer than {most}: ' || {length}({value}))")
                };
                format!("(CASE WHEN {length}({value}) > {most} THEN {otherwise} ELSE {value} END)")
            }),
            Self::Digits(precision, digits) => {
                let cast = if safe { "TRY_CAST" } else { "CAST" };
                let name = value.kind.duckdb().unwrap_or_default();
                format!("CAST({cast}({} AS DECIMAL({precision},{digits})) AS {name})", value.sql)
            }
        }
    }
}

fn refused(message: String) -> SqlError {
    SqlError::at("unsupported-type", message, sqlparser::tokenizer::Span::empty())
}
