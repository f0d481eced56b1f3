//! Rows, columns and cells of query results as templates see them, with Python's dates, times and
//! exact numbers.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Enumerator, Object, ObjectRepr, from_args},
};

use super::{
    list::List,
    times::{Moment, Tzinfo, Zone},
};
use crate::relation::{Cell, Column, Table};

/// A cell as a template value.
pub fn cell_value(cell: &Cell, data_type: &str) -> Value {
    match cell {
        Cell::Null => Value::from(()),
        Cell::Bool(value) => Value::from(*value),
        Cell::Int(value) => Value::from(*value),
        Cell::Float(value) => Value::from(*value),
        Cell::Text(value) => match moment(value, data_type) {
            Some(moment) => Value::from_object(moment),
            None => Value::from(value.as_str()),
        },
        Cell::Decimal(value) => decimal(value),
        Cell::Bytes(value) => Value::from_bytes(value.clone()),
        Cell::List(values) => {
            List::value(values.iter().map(|value| cell_value(value, "")).collect())
        }
        Cell::Struct(fields) => super::dict::Dict::value(
            fields.iter().map(|(name, value)| (Value::from(name.as_str()), cell_value(value, ""))),
        ),
    }
}

fn is_date(data_type: &str) -> bool {
    data_type.eq_ignore_ascii_case("DATE")
}

/// Whether a type is of dates or of times of days.
pub fn is_moment(data_type: &str) -> bool {
    let starts = |with: &str| {
        data_type.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    is_date(data_type) || starts("DATETIME") || starts("TIMESTAMP")
}

/// A date or time, where the column's type says that the text is one.
fn moment(text: &str, data_type: &str) -> Option<Moment> {
    if is_date(data_type) {
        return Some(Moment::Date(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?));
    }
    if !is_moment(data_type) {
        return None;
    }
    let read = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
    Some(match text.strip_suffix("+00:00") {
        Some(text) => {
            let utc = Tzinfo { zone: Zone::UTC, offset_secs: 0 };
            Moment::DateTime(read(text)?, Some(utc))
        }
        None => Moment::DateTime(read(text)?, None),
    })
}

/// Significant digits that a float always keeps.
const FLOAT_DIGITS: usize = 15;

/// A decimal: a number where none of its digits is lost, else its exact text.
fn decimal(text: &str) -> Value {
    let short = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    if let Ok(whole) = short.parse::<i128>() {
        return match i64::try_from(whole) {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(whole),
        };
    }
    let digits = text.trim_matches(['-', '0']).trim_end_matches('0');
    let significant = digits.bytes().filter(u8::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(number) if significant <= FLOAT_DIGITS => Value::from(number),
        _ => Value::from(text),
    }
}

/// The place of a column that a key names or numbers.
pub fn position(columns: &[Column], key: &Value) -> Option<usize> {
    match key.as_str() {
        Some(name) => columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)),
        None => super::range::place(i64::try_from(key.clone()).ok()?, columns.len()),
    }
}

/// A row: values by position and by column name.
#[derive(Debug)]
pub struct RowObject(pub Arc<Table>, pub usize);

impl RowObject {
    fn cell(&self, at: usize) -> Value {
        cell_value(&self.0.rows[self.1][at], &self.0.columns[at].data_type)
    }

    fn cells(&self) -> Vec<Value> {
        (0..self.0.columns.len()).map(|at| self.cell(at)).collect()
    }
}

impl Object for RowObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        position(&self.0.columns, key).map(|at| self.cell(at))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.cells())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        mapped(&self.0.columns, self.cells(), |key| self.get_value(key), (method, args))
    }
}

/// What rows and columns do as agate's sequences whose items have names.
fn mapped(
    columns: &[Column],
    values: Vec<Value>,
    get: impl Fn(&Value) -> Option<Value>,
    (method, args): (&str, &[Value]),
) -> Result<Value, Error> {
    let names = columns.iter().map(|column| Value::from(column.name.as_str()));
    Ok(match method {
        "keys" => List::tuple(names.collect()),
        "values" => List::tuple(values),
        "items" => {
            let pairs = names.zip(values).map(|(name, value)| List::tuple(vec![name, value]));
            List::value(pairs.collect())
        }
        "dict" => super::dict::Dict::value(names.zip(values)),
        "get" => {
            let (key, default): (Value, Option<Value>) = from_args(args)?;
            get(&key).or(default).unwrap_or_else(|| Value::from(()))
        }
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    })
}

/// The columns of a result: by position and by name.
#[derive(Debug)]
pub struct ColumnsObject(pub Arc<Table>);

impl Object for ColumnsObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = position(&self.0.columns, key)?;
        Some(Value::from_object(ResultColumn(Arc::clone(&self.0), at)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.columns.len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let columns = (0..self.0.columns.len())
            .map(|at| Value::from_object(ResultColumn(Arc::clone(&self.0), at)));
        mapped(&self.0.columns, columns.collect(), |key| self.get_value(key), (method, args))
    }
}

/// One column of a result.
#[derive(Debug)]
struct ResultColumn(Arc<Table>, usize);

impl ResultColumn {
    fn cell(&self, row: usize) -> Value {
        cell_value(&self.0.rows[row][self.1], &self.0.columns[self.1].data_type)
    }

    fn cells(&self) -> Vec<Value> {
        (0..self.0.rows.len()).map(|row| self.cell(row)).collect()
    }
}

impl Object for ResultColumn {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some("name") => Some(Value::from(self.0.columns[self.1].name.as_str())),
            Some(_) => None,
            None => {
                let rows = self.0.rows.len();
                super::range::place(i64::try_from(key.clone()).ok()?, rows).map(|at| self.cell(at))
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.cells())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "values" | "values_without_nulls" | "values_distinct" | "values_sorted" => {
                let mut cells = self.cells();
                match method {
                    "values_without_nulls" => cells.retain(|cell| !cell.is_none()),
                    "values_distinct" => {
                        let mut seen: Vec<Value> = Vec::new();
                        cells.retain(|cell| {
                            let new = !seen.contains(cell);
                            if new {
                                seen.push(cell.clone());
                            }
                            new
                        });
                    }
                    "values_sorted" => cells.sort(),
                    _ => {}
                }
                Ok(List::tuple(cells))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jinja::objects::TableObject;

    fn rendered(data_type: &str, cell: Cell, template: &str) -> String {
        let column = Column { name: "x".into(), data_type: data_type.into() };
        let table = Arc::new(Table { columns: vec![column], rows: vec![vec![cell]] });
        let environment = minijinja::Environment::new();
        let context = minijinja::context! { t => Value::from_object(TableObject(table)) };
        environment.render_str(template, context).expect("a template")
    }

    #[test]
    fn dates_and_moments_are_pythons() {
        let of = |data_type, text: &str, template| {
            rendered(data_type, Cell::Text(text.to_owned()), template)
        };
        assert_eq!(of("DATE", "2024-01-05", "{{ t.rows[0]['x'].year }}"), "2024");
        assert_eq!(of("DATE", "2024-01-05", "{{ t.columns[0].values()[0] }}"), "2024-01-05");
        let moment = "2024-01-05 10:00:00.500000+00:00";
        assert_eq!(of("TIMESTAMP", moment, "{{ t.rows[0][0] }}"), moment);
        assert_eq!(of("TIMESTAMP", moment, "{{ t.rows[0][0].strftime('%H') }}"), "10");
        assert_eq!(of("STRING", "2024-01-05", "{{ t.rows[0][0] }}"), "2024-01-05");
    }

    #[test]
    fn no_digit_of_a_decimal_is_lost() {
        let of =
            |text: &str| rendered("NUMERIC", Cell::Decimal(text.to_owned()), "{{ t.rows[0][0] }}");
        assert_eq!(of("12.500000000"), "12.5");
        assert_eq!(of("12.000000000"), "12");
        assert_eq!(of("12345678901234567890"), "12345678901234567890");
        assert_eq!(of("12345678901234567890.123456789"), "12345678901234567890.123456789");
    }
}
