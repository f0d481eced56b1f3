//! Relations and columns as templates see them.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Kwargs, Object, ObjectRepr, from_args},
};

use super::Referred;
pub use super::query_result::TableObject;
use crate::relation::{Column, Dialect, Relation, RelationKind};

/// A relation: prints as SQL, its parts are attributes.
#[derive(Debug)]
pub struct RelationObject(pub Referred);

/// The relation inside a template value.
pub fn relation_of(value: &Value) -> Option<Relation> {
    value.downcast_object_ref::<RelationObject>().map(|object| object.0.relation.clone())
}

/// A relation as a template value.
pub fn relation_value(relation: Relation) -> Value {
    referred_value(relation.into())
}

/// A relation as a template value, with how it is read where it is printed.
pub fn referred_value(referred: Referred) -> Value {
    Value::from_object(RelationObject(referred))
}

impl Object for RelationObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let relation = &self.0.relation;
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
        let Referred { mut relation, reading } = self.0.clone();
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
        Ok(referred_value(Referred { relation, reading }))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        let other = &other.downcast_ref::<Self>()?.0.relation;
        Some(self.0.relation.to_string().cmp(&other.to_string()))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.reading.of(&self.0.relation))
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
