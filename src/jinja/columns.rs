//! Columns as templates see them, as the adapters of dbt have them
//! (<https://docs.getdbt.com/reference/dbt-classes#column>).

use std::{cmp::Ordering, sync::Arc};

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Object, ObjectRepr},
};

use super::{arguments::Arguments, list::List, python_text::repr, struct_types::fields_of};
use crate::relation::{Column, Dialect};

/// The length of texts without one.
const DEFAULT_LENGTH: i64 = 256;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnObject {
    is_bigquery: bool,
    name: String,
    /// The type without what else the column says: BigQuery has the mode and fields apart.
    dtype: String,
    length: Option<i64>,
    precision: Option<String>,
    scale: Option<String>,
    fields: Vec<ColumnObject>,
    /// `NULLABLE` or `REPEATED`.
    mode: String,
}

impl ColumnObject {
    /// A column of a type, as it is given.
    pub fn new(dialect: Dialect, name: impl Into<String>, dtype: impl Into<String>) -> Self {
        let (name, dtype) = (name.into(), dtype.into());
        let is_bigquery = dialect == Dialect::GoogleSql;
        let fields = match is_bigquery {
            true => Vec::new(),
            false => fields_of(&dtype, dialect)
                .into_iter()
                .map(|(name, dtype)| Self::new(dialect, name, dtype))
                .collect(),
        };
        Self {
            is_bigquery,
            name,
            dtype,
            length: None,
            precision: None,
            scale: None,
            fields,
            mode: "NULLABLE".to_owned(),
        }
    }

    /// A column that the warehouse has. BigQuery tells arrays and structs apart from their types.
    pub fn of(column: &Column, dialect: Dialect) -> Self {
        if dialect != Dialect::GoogleSql {
            return Self::new(dialect, &*column.name, &*column.data_type);
        }
        let starts = |text: &str, with: &str| {
            text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
        };
        let whole = column.data_type.trim();
        let is_array = starts(whole, "ARRAY<");
        let inner = match is_array {
            // The last bracket closes the array.
            true => whole[6..].strip_suffix('>').unwrap_or(&whole[6..]).trim(),
            false => whole,
        };
        let fields: Vec<Self> = fields_of(inner, dialect)
            .into_iter()
            .map(|(name, data_type)| Self::of(&Column { name, data_type }, dialect))
            .collect();
        let dtype = match starts(inner, "STRUCT<") {
            true => "RECORD".to_owned(),
            // Lengths and digits are no part of the type in its answers.
            false => match inner.split('(').next().unwrap_or(inner).trim() {
                name if name.eq_ignore_ascii_case("BOOL") => "BOOLEAN".to_owned(),
                name => name.to_owned(),
            },
        };
        let mode = if is_array { "REPEATED" } else { "NULLABLE" }.to_owned();
        Self { fields, mode, ..Self::new(dialect, &*column.name, dtype) }
    }

    fn is(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.dtype.eq_ignore_ascii_case(name))
    }

    fn is_string(&self) -> bool {
        match self.is_bigquery {
            true => self.is(&["string"]),
            false => self.is(&["text", "character varying", "character", "varchar"]),
        }
    }

    fn is_integer(&self) -> bool {
        const DUCKDB: [&str; 17] = [
            "tinyint",
            "smallint",
            "integer",
            "bigint",
            "hugeint",
            "utinyint",
            "usmallint",
            "uinteger",
            "ubigint",
            "int1",
            "int2",
            "int4",
            "int8",
            "short",
            "int",
            "signed",
            "long",
        ];
        match self.is_bigquery {
            true => self.is(&["int64"]),
            false => self.is(&DUCKDB),
        }
    }

    fn is_float(&self) -> bool {
        match self.is_bigquery {
            true => self.is(&["float64"]),
            false => self.is(&["real", "float", "float4", "float8", "double"]),
        }
    }

    fn is_numeric(&self) -> bool {
        match self.is_bigquery {
            true => self.is(&["numeric"]),
            false => self.is(&["numeric", "decimal"]),
        }
    }

    fn is_struct(&self) -> bool {
        self.dtype.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("struct"))
    }

    fn quoted(&self) -> String {
        match self.is_bigquery {
            true => format!("`{}`", self.name),
            false => format!("\"{}\"", self.name),
        }
    }

    fn string_size(&self) -> Result<i64, Error> {
        if !self.is_string() {
            let message = format!("`{}` is no text: it has no `string_size`", self.name);
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
        Ok(self.length.filter(|_| self.dtype != "text").unwrap_or(DEFAULT_LENGTH))
    }

    fn data_type(&self) -> String {
        if self.is_bigquery {
            let inner = match self.is(&["record"]) {
                true => {
                    let fields = self.fields.iter();
                    let fields: Vec<String> = fields
                        .map(|field| format!("{} {}", field.quoted(), field.data_type()))
                        .collect();
                    format!("STRUCT<{}>", fields.join(", "))
                }
                false => self.dtype.clone(),
            };
            return match self.mode.eq_ignore_ascii_case("repeated") {
                true => format!("ARRAY<{inner}>"),
                false => inner,
            };
        }
        match self.string_size() {
            Ok(size) => string_type(size),
            Err(_) if self.is_numeric() => {
                numeric_type(&self.dtype, self.precision.as_deref(), self.scale.as_deref())
            }
            Err(_) => self.dtype.clone(),
        }
    }

    /// The innermost fields, with dots in their names; a column without fields is its own.
    pub fn flatten(&self) -> Vec<Self> {
        let has_fields = match self.is_bigquery {
            true => !self.fields.is_empty(),
            false => self.is_struct(),
        };
        if !has_fields {
            return vec![self.clone()];
        }
        let inner = self.fields.iter().flat_map(Self::flatten);
        inner.map(|field| Self { name: format!("{}.{}", self.name, field.name), ..field }).collect()
    }

    /// As Python writes it.
    fn repr(&self) -> String {
        if self.is_bigquery {
            return format!("<BigQueryColumn {} ({}, {})>", self.name, self.data_type(), self.mode);
        }
        let option = |value: Option<String>| value.unwrap_or_else(|| "None".to_owned());
        let fields: Vec<String> = self.fields.iter().map(Self::repr).collect();
        format!(
            "DuckDBColumn(column={}, dtype={}, char_size={}, numeric_precision={}, \
             numeric_scale={}, fields=[{}])",
            repr(&Value::from(self.name.as_str())),
            repr(&Value::from(self.dtype.as_str())),
            option(self.length.map(|length| length.to_string())),
            option(self.precision.clone()),
            option(self.scale.clone()),
            fields.join(", ")
        )
    }
}

fn string_type(size: i64) -> String {
    format!("character varying({size})")
}

fn numeric_type(dtype: &str, precision: Option<&str>, scale: Option<&str>) -> String {
    match (precision, scale) {
        (Some(precision), Some(scale)) => format!("{dtype}({precision},{scale})"),
        _ => dtype.to_owned(),
    }
}

fn columns(columns: Vec<ColumnObject>) -> Value {
    List::value(columns.into_iter().map(Value::from_object).collect())
}

impl Object for ColumnObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let number = |text: &Option<String>| match text.as_deref().map(str::parse::<i64>) {
            Some(Ok(number)) => Value::from(number),
            _ => Value::from(text.clone()),
        };
        Some(match key.as_str()? {
            "name" | "column" => Value::from(self.name.as_str()),
            "dtype" => Value::from(self.dtype.as_str()),
            "data_type" | "expanded_data_type" => Value::from(self.data_type()),
            "quoted" => Value::from(self.quoted()),
            "char_size" => Value::from(self.length),
            "numeric_precision" => number(&self.precision),
            "numeric_scale" => number(&self.scale),
            "fields" => columns(self.fields.clone()),
            "mode" if self.is_bigquery => Value::from(self.mode.as_str()),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        Ok(Value::from(match method {
            "is_string" => self.is_string(),
            "is_integer" => self.is_integer(),
            "is_float" => self.is_float(),
            "is_numeric" => self.is_numeric(),
            "is_number" => self.is_integer() || self.is_float() || self.is_numeric(),
            "is_struct" if !self.is_bigquery => self.is_struct(),
            "flatten" => return Ok(columns(self.flatten())),
            "string_size" => return self.string_size().map(Value::from),
            "literal" => {
                let value = Arguments::new("literal", args)?.value(0, "value")?;
                let value = value.map_or(String::new(), |value| value.to_string());
                return Ok(Value::from(match self.is_bigquery {
                    true => format!("cast({value} as {})", self.dtype),
                    false => format!("{value}::{}", self.data_type()),
                }));
            }
            "can_expand_to" => {
                let given = Arguments::new("can_expand_to", args)?;
                let other = given.value(0, "other_column")?;
                let Some(other) = other.as_ref().and_then(|other| other.downcast_object_ref())
                else {
                    return Err(given.wrong("expects a column"));
                };
                let other: &Self = other;
                let texts = self.is_string() && other.is_string();
                texts && (self.is_bigquery || other.string_size()? > self.string_size()?)
            }
            // The class's own functions are those of its columns too.
            _ => return ColumnClass(self.dialect()).function(method, args),
        }))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.as_ref().cmp(other.downcast_ref::<Self>()?))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&ColumnObject::repr(self))
    }
}

impl ColumnObject {
    fn dialect(&self) -> Dialect {
        if self.is_bigquery { Dialect::GoogleSql } else { Dialect::DuckDb }
    }
}

/// `api.Column`.
#[derive(Debug)]
pub struct ColumnClass(pub Dialect);

impl ColumnClass {
    fn is_bigquery(&self) -> bool {
        self.0 == Dialect::GoogleSql
    }

    /// dbt's names of types in those of the warehouse, where it knows them.
    fn translated(&self, name: &str) -> String {
        let labels: &[(&str, &str)] = match self.is_bigquery() {
            true => &[("TEXT", "STRING"), ("FLOAT", "FLOAT64"), ("INTEGER", "INT64")],
            false => &[("STRING", "TEXT")],
        };
        let found = labels.iter().find(|(label, _)| label.eq_ignore_ascii_case(name));
        found.map_or(name, |(_, translated)| translated).to_owned()
    }

    fn create(&self, args: &[Value]) -> Result<ColumnObject, Error> {
        let given = Arguments::new("api.Column", args)?;
        let column = ColumnObject::new(self.0, given.text(0, "column")?, given.text(1, "dtype")?);
        if self.is_bigquery() {
            if given.value(2, "fields")?.is_some_and(|fields| fields.is_true()) {
                return Err(given.wrong("takes no fields here; name the type `STRUCT<…>` in full"));
            }
            let mode = given.get::<String>(3, "mode")?.unwrap_or(column.mode);
            given.finish(4)?;
            return Ok(ColumnObject { mode, ..column });
        }
        let part = |at, name| -> Result<Option<String>, Error> {
            let value = given.value(at, name)?.filter(|value| !value.is_none());
            Ok(value.map(|value| value.to_string()))
        };
        let length = given.get::<i64>(2, "char_size")?;
        let (precision, scale) = (part(3, "numeric_precision")?, part(4, "numeric_scale")?);
        given.finish(5)?;
        Ok(ColumnObject { length, precision, scale, ..column })
    }

    /// `varchar(20)`, `numeric(10,2)`: the type and what is in parentheses.
    fn described(&self, args: &[Value]) -> Result<ColumnObject, Error> {
        let given = Arguments::new("from_description", args)?;
        let (name, text) = (given.text(0, "name")?, given.text(1, "raw_data_type")?);
        let (dtype, sizes) = text.split_once('(').unwrap_or((&text, ""));
        let sizes: Vec<&str> = sizes.trim_end_matches(')').split(',').collect();
        let number = |text: &str| {
            text.trim()
                .parse::<i64>()
                .map_err(|_| given.wrong(format!("`{text}` of `{name}` is no whole number")))
        };
        let column = ColumnObject::new(self.0, name.as_str(), dtype);
        Ok(match sizes.as_slice() {
            [""] => column,
            [length] => ColumnObject { length: Some(number(length)?), ..column },
            [precision, scale] => ColumnObject {
                precision: Some(number(precision)?.to_string()),
                scale: Some(number(scale)?.to_string()),
                ..column
            },
            _ => column,
        })
    }

    fn function(&self, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "create" => {
                let given = Arguments::new("api.Column.create", args)?;
                let dtype = self.translated(&given.text(1, "label_or_dtype")?);
                let column = ColumnObject::new(self.0, given.text(0, "name")?, dtype);
                given.finish(2)?;
                Ok(Value::from_object(column))
            }
            "translate_type" => {
                let given = Arguments::new("translate_type", args)?;
                Ok(Value::from(self.translated(&given.text(0, "dtype")?)))
            }
            "string_type" => {
                let given = Arguments::new("string_type", args)?;
                Ok(Value::from(string_type(given.required(0, "size")?)))
            }
            "numeric_type" => {
                let given = Arguments::new("numeric_type", args)?;
                let dtype = given.text(0, "dtype")?;
                let part = |at, name| -> Result<Option<String>, Error> {
                    let value = given.value(at, name)?.filter(|value| !value.is_none());
                    Ok(value.map(|value| value.to_string()))
                };
                let (precision, scale) = (part(1, "precision")?, part(2, "scale")?);
                Ok(Value::from(match self.is_bigquery() {
                    true => dtype,
                    false => numeric_type(&dtype, precision.as_deref(), scale.as_deref()),
                }))
            }
            "from_description" if !self.is_bigquery() => {
                self.described(args).map(Value::from_object)
            }
            "get_struct_select_expression" if self.is_bigquery() => {
                let given = Arguments::new("get_struct_select_expression", args)?;
                let (name, dtype) = (given.text(0, "column_name")?, given.text(1, "data_type")?);
                Ok(Value::from(match struct_expression(&name, &dtype) {
                    Some(expression) => format!("{expression} AS {name}"),
                    None => name,
                }))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// A struct with its fields in the order of a type; NULL stays NULL.
fn struct_expression(path: &str, dtype: &str) -> Option<String> {
    let fields = fields_of(dtype, Dialect::GoogleSql);
    if fields.is_empty() {
        return None;
    }
    let parts: Vec<String> = fields
        .iter()
        .map(|(name, dtype)| {
            let path = format!("{path}.{name}");
            let part = struct_expression(&path, dtype).unwrap_or(path);
            format!("{part} AS {name}")
        })
        .collect();
    Some(format!("IF({path} IS NULL, NULL, STRUCT({}))", parts.join(", ")))
}

impl Object for ColumnClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.create(args).map(Value::from_object)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.function(method, args)
    }
}
