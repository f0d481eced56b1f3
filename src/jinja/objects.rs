//! Relations, columns and query results as templates see them.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Enumerator, Kwargs, Object, ObjectRepr, from_args},
};

use super::list::List;
use crate::relation::{Cell, Column, Dialect, Relation, RelationKind, Table};

/// A relation: prints as SQL, its parts are attributes.
#[derive(Debug)]
pub struct RelationObject(pub Relation);

/// The relation inside a template value.
pub fn relation_of(value: &Value) -> Option<Relation> {
    value.downcast_object_ref::<RelationObject>().map(|object| object.0.clone())
}

/// A relation as a template value.
pub fn relation_value(relation: Relation) -> Value {
    Value::from_object(RelationObject(relation))
}

impl Object for RelationObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let relation = &self.0;
        let is = |kind| Some(Value::from(relation.kind == Some(kind)));
        match key.as_str()? {
            "database" | "project" => Some(Value::from(relation.database.clone())),
            "schema" | "dataset" => Some(Value::from(relation.schema.as_str())),
            "identifier" | "name" | "table" => Some(Value::from(relation.identifier.as_str())),
            "type" => Some(Value::from(relation.kind.map(RelationKind::as_str))),
            "is_table" => is(RelationKind::Table),
            "is_view" => is(RelationKind::View),
            "is_materialized_view" => is(RelationKind::MaterializedView),
            "is_cte" => is(RelationKind::Cte),
            // What packages ask to tell a relation from other values.
            "metadata" => Some(super::dict::Dict::value([(
                Value::from("type"),
                Value::from(match relation.dialect {
                    Dialect::GoogleSql => "BigQueryRelation",
                    Dialect::DuckDb => "DuckDBRelation",
                }),
            )])),
            "path" | "quote_policy" | "include_policy" => {
                let parts: [Value; 3] = match key.as_str()? {
                    "path" => [
                        Value::from(relation.database.clone()),
                        Value::from(relation.schema.as_str()),
                        Value::from(relation.identifier.as_str()),
                    ],
                    "quote_policy" => [
                        Value::from(relation.quoting.database),
                        Value::from(relation.quoting.schema),
                        Value::from(relation.quoting.identifier),
                    ],
                    _ => [
                        Value::from(relation.database.is_some()),
                        Value::from(!relation.schema.is_empty()),
                        Value::from(!relation.identifier.is_empty()),
                    ],
                };
                let names = ["database", "schema", "identifier"].map(Value::from);
                Some(super::dict::Dict::value(names.into_iter().zip(parts)))
            }
            "can_be_renamed" => Some(Value::from(matches!(
                relation.kind,
                Some(RelationKind::Table | RelationKind::View)
            ))),
            "can_be_replaced" => Some(Value::from(matches!(
                relation.kind,
                Some(RelationKind::Table | RelationKind::View)
            ))),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let mut relation = self.0.clone();
        let (options,): (Kwargs,) = match method {
            "include" | "quote" | "incorporate" | "replace_path" => from_args(args)?,
            _ => (Kwargs::from_iter(Vec::<(String, Value)>::new()),),
        };
        let flag = |name: &str| options.get::<Option<bool>>(name);
        match method {
            "render" => return Ok(Value::from(relation.to_string())),
            "get" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                let found = self.get_value(&key).filter(|value| !value.is_undefined());
                return Ok(found.or(default).unwrap_or_else(|| Value::from(())));
            }
            "quoted" => {
                let (name,): (Value,) = from_args(args)?;
                return Ok(Value::from(relation.dialect.quote(&name.to_string())));
            }
            "matches" => {
                let (options,): (Kwargs,) = from_args(args)?;
                let part = |name: &str| options.get::<Option<String>>(name);
                let mut other = relation.clone();
                other.database = part("database")?.or(other.database);
                other.schema = part("schema")?.unwrap_or(other.schema);
                other.identifier = part("identifier")?.unwrap_or(other.identifier);
                return Ok(Value::from(relation.same_place(&other)));
            }
            "information_schema" => {
                let (view,): (Option<Value>,) = from_args(args)?;
                return Ok(Value::from(information_schema(&relation, view)));
            }
            "without_identifier" => relation.identifier = String::new(),
            "include" => {
                if flag("database")? == Some(false) {
                    relation.database = None;
                }
                if flag("schema")? == Some(false) {
                    relation.schema = String::new();
                }
                if flag("identifier")? == Some(false) {
                    relation.identifier = String::new();
                }
            }
            "quote" => {
                relation.quoting.database = flag("database")?.unwrap_or(relation.quoting.database);
                relation.quoting.schema = flag("schema")?.unwrap_or(relation.quoting.schema);
                relation.quoting.identifier =
                    flag("identifier")?.unwrap_or(relation.quoting.identifier);
            }
            "incorporate" | "replace_path" => {
                let parts = options.get::<Option<Value>>("path")?;
                let part = |name: &str| -> Option<String> {
                    let from_path = parts
                        .as_ref()
                        .and_then(|path| path.get_attr(name).ok())
                        .filter(|value| !value.is_undefined() && !value.is_none());
                    from_path
                        .map(|value| value.to_string())
                        .or_else(|| options.get::<Option<String>>(name).ok().flatten())
                };
                relation.database = part("database").or(relation.database);
                relation.schema = part("schema").unwrap_or(relation.schema);
                relation.identifier = part("identifier").unwrap_or(relation.identifier);
                if let Some(kind) = options.get::<Option<String>>("type")? {
                    relation.kind = kind_of(&kind);
                }
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(relation_value(relation))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some(self.0.to_string().cmp(&other.downcast_ref::<Self>()?.0.to_string()))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// `relation.information_schema('TABLES')`: on BigQuery of the dataset, on DuckDB of the database.
fn information_schema(relation: &Relation, view: Option<Value>) -> String {
    let mut place = relation.clone();
    place.kind = None;
    place.identifier = String::new();
    if place.dialect == Dialect::DuckDb {
        place.schema = String::new();
    }
    let place = place.to_string();
    let dot = if place.is_empty() { "" } else { "." };
    let view = view.filter(|view| !view.is_none());
    match view {
        Some(view) => format!("{place}{dot}INFORMATION_SCHEMA.{view}"),
        None => format!("{place}{dot}INFORMATION_SCHEMA"),
    }
}

/// The kind that dbt's name of it means.
pub fn kind_of(name: &str) -> Option<RelationKind> {
    match name {
        "table" => Some(RelationKind::Table),
        "view" => Some(RelationKind::View),
        "materialized_view" => Some(RelationKind::MaterializedView),
        "external" => Some(RelationKind::External),
        "cte" => Some(RelationKind::Cte),
        _ => None,
    }
}

/// A column as `adapter.get_columns_in_relation` gives it.
#[derive(Debug)]
pub struct ColumnObject(pub Column, pub crate::relation::Dialect);

impl Object for ColumnObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" | "column" => Some(Value::from(self.0.name.as_str())),
            "dtype" | "data_type" => Some(Value::from(self.0.data_type.as_str())),
            "quoted" => Some(Value::from(self.1.quote(&self.0.name))),
            "mode" => Some(Value::from(match self.0.data_type.starts_with("ARRAY<") {
                true => "REPEATED",
                false => "NULLABLE",
            })),
            "char_size" | "numeric_precision" | "numeric_scale" => Some(Value::from(())),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        let data_type = self.0.data_type.to_ascii_lowercase();
        let starts = |names: &[&str]| names.iter().any(|name| data_type.starts_with(name));
        if method == "string_size" || method == "numeric_size" {
            // The length in `varchar(255)`; a string without one is as long as dbt says.
            let inner = data_type.split_once('(').and_then(|(_, rest)| rest.split_once([',', ')']));
            let size = inner.and_then(|(size, _)| size.trim().parse::<i64>().ok());
            return Ok(Value::from(size.unwrap_or(256)));
        }
        Ok(Value::from(match method {
            "is_string" => starts(&["string", "varchar", "text", "char"]),
            "is_integer" => starts(&["int", "bigint", "smallint", "tinyint", "hugeint"]),
            "is_float" => starts(&["float", "double", "real"]),
            "is_numeric" => starts(&["numeric", "decimal", "bignumeric"]),
            "is_number" => starts(&[
                "int",
                "bigint",
                "smallint",
                "tinyint",
                "hugeint",
                "float",
                "double",
                "real",
                "numeric",
                "decimal",
                "bignumeric",
            ]),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<Column {} ({})>", self.0.name, self.0.data_type)
    }
}

/// A cell as a template value.
pub fn cell_value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::from(()),
        Cell::Bool(value) => Value::from(*value),
        Cell::Int(value) => Value::from(*value),
        Cell::Float(value) => Value::from(*value),
        Cell::Text(value) => Value::from(value.as_str()),
        Cell::Decimal(value) => {
            value.parse::<f64>().map_or_else(|_| Value::from(value.as_str()), Value::from)
        }
        Cell::Bytes(value) => Value::from_bytes(value.clone()),
        Cell::List(values) => List::value(values.iter().map(cell_value).collect()),
        Cell::Struct(fields) => super::dict::Dict::value(
            fields.iter().map(|(name, value)| (Value::from(name.as_str()), cell_value(value))),
        ),
    }
}

/// A query result with the parts of agate's `Table` that templates use.
#[derive(Debug)]
pub struct TableObject(pub Arc<Table>);

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
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            // Output belongs to the reporters; a preview of a table has no place in them.
            "print_table" | "print_csv" => Ok(Value::from("")),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

fn rows(table: &Arc<Table>) -> Vec<Value> {
    (0..table.rows.len()).map(|at| Value::from_object(RowObject(Arc::clone(table), at))).collect()
}

/// A row: values by position and by column name.
#[derive(Debug)]
struct RowObject(Arc<Table>, usize);

impl Object for RowObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let row = &self.0.rows[self.1];
        let at = match key.as_str() {
            Some(name) => {
                self.0.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))?
            }
            None => {
                let at = i64::try_from(key.clone()).ok()?;
                usize::try_from(if at < 0 { at + row.len() as i64 } else { at }).ok()?
            }
        };
        row.get(at).map(cell_value)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.rows[self.1].iter().map(cell_value).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let row = &self.0.rows[self.1];
        let names = self.0.columns.iter().map(|column| Value::from(column.name.as_str()));
        match method {
            "values" => Ok(List::tuple(row.iter().map(cell_value).collect())),
            "keys" => Ok(List::tuple(names.collect())),
            "items" => {
                let pairs =
                    names.zip(row).map(|(name, cell)| List::tuple(vec![name, cell_value(cell)]));
                Ok(List::value(pairs.collect()))
            }
            "dict" => Ok(super::dict::Dict::value(names.zip(row.iter().map(cell_value)))),
            "get" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                Ok(self.get_value(&key).or(default).unwrap_or_else(|| Value::from(())))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// The columns of a result: by position and by name.
#[derive(Debug)]
struct ColumnsObject(Arc<Table>);

impl Object for ColumnsObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let columns = &self.0.columns;
        let at = match key.as_str() {
            Some(name) => {
                columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))?
            }
            None => usize::try_from(i64::try_from(key.clone()).ok()?).ok()?,
        };
        (at < columns.len()).then(|| Value::from_object(ResultColumn(Arc::clone(&self.0), at)))
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
        let names = self.0.columns.iter().map(|column| Value::from(column.name.as_str()));
        let columns = (0..self.0.columns.len())
            .map(|at| Value::from_object(ResultColumn(Arc::clone(&self.0), at)));
        match method {
            "keys" => Ok(List::tuple(names.collect())),
            "values" => Ok(List::tuple(columns.collect())),
            "items" => Ok(List::value(
                names.zip(columns).map(|(name, column)| List::tuple(vec![name, column])).collect(),
            )),
            "dict" => Ok(super::dict::Dict::value(names.zip(columns))),
            "get" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                Ok(self.get_value(&key).or(default).unwrap_or_else(|| Value::from(())))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// One column of a result.
#[derive(Debug)]
struct ResultColumn(Arc<Table>, usize);

impl ResultColumn {
    fn cells(&self) -> Vec<Value> {
        self.0.rows.iter().map(|row| cell_value(&row[self.1])).collect()
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
                let at = usize::try_from(i64::try_from(key.clone()).ok()?).ok()?;
                self.0.rows.get(at).map(|row| cell_value(&row[self.1]))
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
