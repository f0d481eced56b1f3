//! `STRING(n)`, `BYTES(n)`, `NUMERIC(p, s)`: limits on values of a type
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types>).

use super::{
    SqlError,
    ast::DataType,
    translate::{Translator, Typed},
    types::{Type, quote},
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
        let refused = |message: String| SqlError::at("unsupported-type", message, data_type.span);
        if data_type.inner.iter().flatten().any(|field| has_limit(&field.data_type)) {
            let message =
                format!("lengths and digits inside `{}<…>` are not supported", data_type.name);
            return Err(refused(message));
        }
        if data_type.parameters.is_empty() {
            return Ok(None);
        }
        let name = data_type.name.to_string().to_ascii_uppercase();
        let number = |at: usize| data_type.parameters.get(at).and_then(|text| text.parse().ok());
        let wrong = || {
            let parameters = data_type.parameters.join(", ");
            refused(format!("`{name}({parameters})` is no type: it has other limits"))
        };
        let (most, digits): (u64, u64) = match data_type.parameters.len() {
            1 => (number(0).ok_or_else(wrong)?, 0),
            2 => (number(0).ok_or_else(wrong)?, number(1).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        };
        let (whole, scale) = match name.as_str() {
            "STRING" | "BYTES" if data_type.parameters.len() == 1 && most > 0 => {
                return Ok(Some(Self::Length(most)));
            }
            "NUMERIC" | "DECIMAL" => (29, 9),
            "BIGNUMERIC" | "BIGDECIMAL" => (38, 38),
            _ => return Err(wrong()),
        };
        if digits > scale || most < digits.max(1) || most - digits > whole {
            let message = format!(
                "type `{name}({})` has more digits than it can have",
                data_type.parameters.join(", ")
            );
            return Err(refused(message));
        }
        Ok(Some(Self::Digits(most, digits)))
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
            Self::Digits(precision, digits) if value.kind == Type::BigNumeric => {
                let sql = format!(
                    "googlesql_bignumeric_limited({}, CAST({precision} AS BIGINT), CAST({digits} AS BIGINT))",
                    value.sql
                );
                if safe { format!("TRY({sql})") } else { sql }
            }
            Self::Digits(precision, digits) => {
                let cast = if safe { "TRY_CAST" } else { "CAST" };
                let name = value.kind.duckdb().unwrap_or_default();
                format!("CAST({cast}({} AS DECIMAL({precision},{digits})) AS {name})", value.sql)
            }
        }
    }
}

/// The limits of a type, of its parts too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Limits {
    /// Of a value.
    One(Limit),
    /// Of each element of an array.
    Each(Box<Self>),
    /// Of the fields of a struct.
    Fields(Vec<Option<Self>>),
}

impl Limits {
    /// The limits of a parsed type.
    ///
    /// # Errors
    /// Limits that a type cannot have.
    pub fn from_ast(data_type: &DataType) -> Result<Option<Self>, SqlError> {
        let Some(inner) = data_type.inner.as_ref().filter(|_| has_limit(data_type)) else {
            return Ok(Limit::from_ast(data_type)?.map(Self::One));
        };
        let mut fields = Vec::new();
        for field in inner {
            fields.push(Self::from_ast(&field.data_type)?);
        }
        if !data_type.name.to_string().eq_ignore_ascii_case("ARRAY") {
            return Ok(Some(Self::Fields(fields)));
        }
        Ok(fields.into_iter().next().flatten().map(|each| Self::Each(Box::new(each))))
    }

    /// The value if it keeps the limits; else an error, or NULL where `safe`.
    pub fn apply(&self, translator: &mut Translator<'_>, value: &Typed, safe: bool) -> String {
        match (self, &value.kind) {
            (Self::One(limit), _) => limit.apply(translator, value, safe),
            // One part that is too long makes the whole NULL.
            _ if safe => format!("TRY({})", self.apply(translator, value, false)),
            (Self::Each(each), Type::Array(element)) => {
                let name = translator.fresh("e");
                let part = Typed::new(name.as_str(), element.as_ref().clone());
                let part = each.apply(translator, &part, false);
                format!("list_transform({}, lambda {name}: {part})", value.sql)
            }
            (Self::Fields(limits), Type::Struct(fields)) => {
                translator.bind_nested(&[value], |translator, names| {
                    let mut parts = Vec::new();
                    for ((name, kind), limit) in fields.iter().zip(limits) {
                        let sql = format!("{}.{}", names[0], quote(name));
                        let part = Typed::new(sql, kind.clone());
                        let sql = match limit {
                            Some(limit) => limit.apply(translator, &part, false),
                            None => part.sql,
                        };
                        parts.push(format!("{} := {sql}", quote(name)));
                    }
                    format!(
                        "(CASE WHEN {} IS NOT NULL THEN struct_pack({}) END)",
                        names[0],
                        parts.join(", ")
                    )
                })
            }
            _ => value.sql.clone(),
        }
    }
}

/// The engine's type of a table's column that keeps to the digits it is declared with, and what must
/// hold of its value, if there are lengths.
///
/// # Errors
/// Limits that a type cannot have, and lengths inside of arrays, which the engine cannot watch.
pub(super) fn limited_column(
    data_type: &DataType,
    value: &str,
) -> Result<(String, Option<String>), SqlError> {
    let kind = Type::from_ast(data_type)?;
    let engine_type = kind.duckdb().unwrap_or_else(|| "VARCHAR".to_owned());
    let Some(inner) = data_type.inner.as_ref().filter(|_| has_limit(data_type)) else {
        return Ok(match Limit::from_ast(data_type)? {
            None => (engine_type, None),
            Some(Limit::Digits(..)) if kind == Type::BigNumeric => {
                let message = "a column of BIGNUMERIC cannot have a number of digits here";
                let error = SqlError::at("unsupported-type", message, data_type.span);
                let help = "write BIGNUMERIC, and CAST what is written";
                return Err(SqlError { help: Some(help.to_owned()), ..error });
            }
            Some(Limit::Digits(precision, digits)) => {
                (format!("DECIMAL({precision},{digits})"), None)
            }
            Some(Limit::Length(most)) => {
                let length = if kind == Type::Bytes { "octet_length" } else { "length" };
                (engine_type, Some(format!("{length}({value}) <= {most}")))
            }
        });
    };
    if let (Type::Array(_), [element]) = (&kind, inner.as_slice()) {
        let (element, check) = limited_column(&element.data_type, "")?;
        if check.is_some() {
            let message = "lengths inside of arrays are not supported in columns of tables";
            return Err(SqlError::at("unsupported-type", message, data_type.span));
        }
        return Ok((format!("{element}[]"), None));
    }
    let Type::Struct(fields) = &kind else { return Ok((engine_type, None)) };
    let (mut parts, mut checks) = (Vec::new(), Vec::new());
    for ((name, _), field) in fields.iter().zip(inner) {
        let name = quote(name);
        let (part, check) = limited_column(&field.data_type, &format!("({value}).{name}"))?;
        parts.push(format!("{name} {part}"));
        checks.extend(check);
    }
    let check = (!checks.is_empty()).then(|| checks.join(" AND "));
    Ok((format!("STRUCT({})", parts.join(", ")), check))
}

fn has_limit(data_type: &DataType) -> bool {
    !data_type.parameters.is_empty()
        || data_type.inner.iter().flatten().any(|field| has_limit(&field.data_type))
}
