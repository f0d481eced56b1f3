//! Query results as tables: the parts of agate's `Table` that templates use
//! (<https://agate.readthedocs.io/en/latest/api/table.html>).

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Enumerator, Object, ObjectRepr},
};

use super::{
    arguments::Arguments,
    dict,
    list::List,
    query_print::{PrintLimits, csv, markdown},
    query_result::{ColumnsObject, RowObject, cell_value, position},
};
use crate::{
    diagnostic::did_you_mean,
    relation::{Cell, Column, Table},
};

/// What a table does here, for suggestions.
const METHODS: [&str; 10] = [
    "distinct",
    "exclude",
    "find",
    "limit",
    "order_by",
    "print_csv",
    "print_table",
    "rename",
    "select",
    "where",
];

/// A query result.
#[derive(Debug)]
pub struct TableObject(pub Arc<Table>);

/// The rows of a table.
fn rows(table: &Arc<Table>) -> Vec<Value> {
    (0..table.rows.len()).map(|at| Value::from_object(RowObject(Arc::clone(table), at))).collect()
}

fn table(columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Value {
    Value::from_object(TableObject(Arc::new(Table { columns, rows })))
}

impl TableObject {
    /// The place of the column that a key names.
    fn place(&self, given: &Arguments<'_>, key: &Value) -> Result<usize, Error> {
        position(&self.0.columns, key).ok_or_else(|| {
            let known: Vec<String> =
                self.0.columns.iter().map(|column| format!("`{}`", column.name)).collect();
            given.wrong(format!("there is no column `{key}`; there are {}", known.join(", ")))
        })
    }

    /// The places of the columns that a key or a list of keys names.
    fn places(&self, given: &Arguments<'_>, keys: &Value) -> Result<Vec<usize>, Error> {
        match keys.as_str() {
            Some(_) => Ok(vec![self.place(given, keys)?]),
            None => keys.try_iter()?.map(|key| self.place(given, &key)).collect(),
        }
    }

    /// The table with the columns at these places.
    fn of_columns(&self, places: &[usize]) -> Value {
        let columns = places.iter().map(|at| self.0.columns[*at].clone()).collect();
        let cells = |row: &Vec<Cell>| places.iter().map(|at| row[*at].clone()).collect();
        table(columns, self.0.rows.iter().map(cells).collect())
    }

    /// The table with the rows at these places.
    fn of_rows(&self, places: impl Iterator<Item = usize>) -> Value {
        table(self.0.columns.clone(), places.map(|at| self.0.rows[at].clone()).collect())
    }

    /// What `order_by` and `distinct` compare of each row: one value, several, or a function's.
    fn keys(
        &self,
        state: &mut State<'_, '_>,
        given: &Arguments<'_>,
        key: Option<&Value>,
    ) -> Result<Vec<Vec<Value>>, Error> {
        let cell = |row: usize, at: usize| {
            cell_value(&self.0.rows[row][at], &self.0.columns[at].data_type)
        };
        let all = 0..self.0.rows.len();
        let is_function = key.is_some_and(|key| {
            key.as_str().is_none() && key.kind() == minijinja::value::ValueKind::Plain
        });
        match key {
            Some(function) if is_function => rows(&self.0)
                .into_iter()
                .map(|row| Ok(vec![function.call(state, &[row])?]))
                .collect(),
            _ => {
                let places = match key {
                    Some(keys) => self.places(given, keys)?,
                    None => (0..self.0.columns.len()).collect(),
                };
                Ok(all.map(|row| places.iter().map(|at| cell(row, *at)).collect()).collect())
            }
        }
    }

    fn order_by(&self, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("order_by", args)?;
        let key: Value = given.required(0, "key")?;
        let is_reverse = given.get::<bool>(1, "reverse")?.unwrap_or(false);
        given.finish(2)?;
        let keys = self.keys(state, &given, Some(&key))?;
        let mut order: Vec<usize> = (0..keys.len()).collect();
        // What is missing comes last.
        let compare = |left: &Value, right: &Value| {
            left.is_none().cmp(&right.is_none()).then_with(|| left.cmp(right))
        };
        order.sort_by(|left, right| {
            let pairs = keys[*left].iter().zip(&keys[*right]);
            let found = pairs.map(|(left, right)| compare(left, right)).find(|order| order.is_ne());
            let found = found.unwrap_or(std::cmp::Ordering::Equal);
            if is_reverse { found.reverse() } else { found }
        });
        Ok(self.of_rows(order.into_iter()))
    }

    fn distinct(&self, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("distinct", args)?;
        let key: Option<Value> = given.get(0, "key")?;
        given.finish(1)?;
        let keys = self.keys(state, &given, key.as_ref())?;
        let is_first = |at: &usize| !keys[..*at].contains(&keys[*at]);
        Ok(self.of_rows((0..keys.len()).filter(is_first)))
    }

    fn limit(&self, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("limit", args)?;
        let part = |at, name| given.get::<i64>(at, name);
        let (first, stop, step) = (part(0, "start_or_stop")?, part(1, "stop")?, part(2, "step")?);
        given.finish(3)?;
        let is_slice = stop.is_some_and(|stop| stop != 0) || step.is_some_and(|step| step != 0);
        let (start, stop) = if is_slice { (first, stop) } else { (None, first) };
        let count = self.0.rows.len() as i64;
        let place = |at: i64| (if at < 0 { at + count } else { at }).clamp(0, count) as usize;
        let step = match step.unwrap_or(1) {
            step @ 1.. => step as usize,
            step => return Err(given.wrong(format!("`step` expects 1 or more, not `{step}`"))),
        };
        let (start, stop) = (start.map_or(0, place), stop.map_or(count as usize, place));
        Ok(self.of_rows((start..stop.max(start)).step_by(step)))
    }

    fn rename(&self, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("rename", args)?;
        let Some(names) = given.get::<Value>(0, "column_names")? else {
            return Err(given.wrong("`column_names` is missing: a list, or a dict of old and new"));
        };
        given.finish(1)?;
        let mut columns = self.0.columns.clone();
        if names.kind() == minijinja::value::ValueKind::Map {
            for (old, new) in dict::entries(&names)? {
                if let Some(at) = position(&columns, &old) {
                    columns[at].name = new.to_string();
                }
            }
        } else {
            let names: Vec<Value> = names.try_iter()?.collect();
            if names.len() > columns.len() {
                return Err(given.wrong(format!("there are {} columns only", columns.len())));
            }
            for (column, name) in columns.iter_mut().zip(names) {
                column.name = name.to_string();
            }
        }
        Ok(table(columns, self.0.rows.clone()))
    }
}

/// Prints a text as `print()` does.
fn printed(state: &mut State<'_, '_>, text: &str) -> Result<Value, Error> {
    if let Some(print) = state.lookup("print") {
        print.call(state, &[Value::from(text.trim_end_matches('\n'))])?;
    }
    Ok(Value::from(()))
}

impl Object for TableObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let table = &self.0;
        match key.as_str()? {
            "columns" => Some(Value::from_object(ColumnsObject(Arc::clone(table)))),
            "rows" => Some(List::value(rows(table))),
            "column_names" => Some(List::tuple(
                table.columns.iter().map(|column| Value::from(column.name.as_str())).collect(),
            )),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(rows(&self.0))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "print_table" => {
                let given = Arguments::new("print_table", args)?;
                let limits = PrintLimits {
                    rows: given
                        .value(0, "max_rows")?
                        .map_or(Ok(Some(20)), |at| limit(&given, &at))?,
                    columns: given
                        .value(1, "max_columns")?
                        .map_or(Ok(Some(6)), |at| limit(&given, &at))?,
                    width: given
                        .value(3, "max_column_width")?
                        .map_or(Ok(Some(20)), |at| limit(&given, &at))?,
                    precision: given
                        .value(5, "max_precision")?
                        .map_or(Ok(Some(3)), |at| limit(&given, &at))?,
                };
                printed(state, &markdown(&self.0, limits))
            }
            "print_csv" => printed(state, &csv(&self.0)),
            "select" => {
                let given = Arguments::new("select", args)?;
                let places = self.places(&given, &given.required(0, "key")?)?;
                Ok(self.of_columns(&places))
            }
            "exclude" => {
                let given = Arguments::new("exclude", args)?;
                let places = self.places(&given, &given.required(0, "key")?)?;
                let left = (0..self.0.columns.len()).filter(|at| !places.contains(at));
                Ok(self.of_columns(&left.collect::<Vec<_>>()))
            }
            "where" | "find" => {
                let test: Value = Arguments::new("where", args)?.required(0, "test")?;
                let mut found = Vec::new();
                for (at, row) in rows(&self.0).into_iter().enumerate() {
                    if test.call(state, std::slice::from_ref(&row))?.is_true() {
                        if method == "find" {
                            return Ok(row);
                        }
                        found.push(at);
                    }
                }
                match method {
                    "find" => Ok(Value::from(())),
                    _ => Ok(self.of_rows(found.into_iter())),
                }
            }
            "order_by" => self.order_by(state, args),
            "distinct" => self.distinct(state, args),
            "limit" => self.limit(args),
            "rename" => self.rename(args),
            _ => {
                let hint = did_you_mean(method, METHODS);
                let hint = hint.unwrap_or_else(|| "write it in the query".to_owned());
                let message =
                    format!("the table of a query's result has no `{method}` here; {hint}");
                Err(Error::new(ErrorKind::InvalidOperation, message))
            }
        }
    }
}

/// A limit that a template gives; `none` is none.
fn limit(given: &Arguments<'_>, value: &Value) -> Result<Option<usize>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    match usize::try_from(value.clone()) {
        Ok(limit) => Ok(Some(limit)),
        Err(_) => Err(given.wrong(format!("a limit expects a number, not `{value}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> Result<String, Error> {
        let column =
            |name: &str, data_type: &str| Column { name: name.into(), data_type: data_type.into() };
        let row = |a: Option<i64>, b: &str| {
            vec![a.map_or(Cell::Null, Cell::Int), Cell::Text(b.to_owned())]
        };
        let columns = vec![column("a", "INT64"), column("b", "STRING")];
        let rows = vec![row(Some(2), "x"), row(None, "y"), row(Some(1), "x")];
        let is_x = |row: Value| row.get_attr("b").is_ok_and(|b| b.as_str() == Some("x"));
        let context = minijinja::context! {
            t => table(columns, rows), is_x => Value::from_function(is_x),
        };
        minijinja::Environment::new().render_str(template, context)
    }

    #[test]
    fn tables_give_tables() {
        let all = [
            ("{{ t.select(['b', 'a']).column_names | join(',') }}", "b,a"),
            ("{{ t.exclude('a').column_names | join(',') }}", "b"),
            ("{{ t.rename({'a': 'n'}).column_names | join(',') }}", "n,b"),
            ("{{ t.rename(column_names=['n', 'm']).rows[2]['m'] }}", "x"),
            ("{{ t.where(is_x).rows | length }}", "2"),
            ("{{ t.find(is_x)['a'] }}", "2"),
            ("{{ t.order_by('a').columns['b'].values() | join }}", "xxy"),
            ("{{ t.order_by('a').rows[0]['a'] }}", "1"),
            ("{{ t.order_by(['b', 'a'], reverse=true).columns['b'].values() | join }}", "yxx"),
            ("{{ t.distinct('b').rows | length }} {{ t.distinct().rows | length }}", "2 3"),
            ("{{ t.limit(2).rows | length }} {{ t.limit(1, 3).rows[1]['a'] }}", "2 1"),
            ("{{ t.limit(0, -1).rows | length }} {{ t.limit(0, 3, 2).rows[1]['a'] }}", "2 1"),
        ];
        for (template, expected) in all {
            assert_eq!(rendered(template).expect(template), expected, "{template}");
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let wrong = |template| rendered(template).expect_err("an error").to_string();
        assert!(
            wrong("{{ t.select('c') }}").contains("there is no column `c`; there are `a`, `b`")
        );
        assert!(wrong("{{ t.group_by('a') }}").contains("has no `group_by` here"));
        assert!(wrong("{{ t.rename(slug_columns=true) }}").contains("`column_names` is missing"));
    }
}
