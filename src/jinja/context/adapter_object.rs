//! `adapter.*` and `api.*`.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, from_args},
};

use super::Shared;
use crate::{
    jinja::{
        Globals, Phase, Warehouse,
        columns::ColumnClass,
        list::List,
        macro_object::DispatchedMacro,
        objects::{ColumnObject, RelationClass, relation_of, relation_value},
    },
    relation::{Column, Dialect, Quoting, Relation},
};

/// `adapter` (<https://docs.getdbt.com/reference/dbt-jinja-functions/adapter>).
#[derive(Debug)]
pub struct AdapterObject {
    /// What the rendering shares.
    pub shared: Arc<Shared>,
    /// The package that calls.
    pub package: Arc<str>,
}

fn failed(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn relation_argument(value: &Value) -> Result<Relation, Error> {
    relation_of(value).ok_or_else(|| failed(format!("expected a relation, found `{value}`")))
}

impl AdapterObject {
    fn warehouse(&self, method: &str) -> Result<&dyn Warehouse, Error> {
        self.shared.scope.host.warehouse().ok_or_else(|| {
            failed(format!(
                "`adapter.{method}` needs a warehouse, and this command connects to none"
            ))
        })
    }

    fn named(&self, args: &[Value]) -> Result<Relation, Error> {
        let (database, schema, identifier, options): (
            Option<Value>,
            Option<Value>,
            Option<Value>,
            Kwargs,
        ) = from_args(args)?;
        let part = |given: Option<Value>, name: &str| -> Result<Option<String>, Error> {
            let value = match given {
                Some(value) => Some(value),
                None => options.get::<Option<Value>>(name)?,
            };
            Ok(value
                .filter(|value| !value.is_none() && !value.is_undefined())
                .map(|value| value.to_string()))
        };
        let globals = &self.shared.scope.globals;
        Ok(Relation::new(
            globals.dialect,
            part(database, "database")?,
            part(schema, "schema")?.unwrap_or_default(),
            part(identifier, "identifier")?.unwrap_or_default(),
        ))
    }

    fn column_values(&self, columns: Vec<Column>) -> Value {
        let dialect = self.shared.scope.globals.dialect;
        List::value(
            columns
                .into_iter()
                .map(|column| Value::from_object(ColumnObject::of(&column, dialect)))
                .collect(),
        )
    }
}

impl Object for AdapterObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let api = Arc::new(ApiObject::new(&self.shared.scope.globals));
        match key.as_str()? {
            "Relation" | "Column" => api.get_value(key),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let globals = &self.shared.scope.globals;
        let none = || Value::from(());
        match method {
            "dispatch" => {
                let (name, namespace, options): (&str, Option<&str>, Kwargs) = from_args(args)?;
                let namespace = match namespace {
                    Some(namespace) => Some(namespace.to_owned()),
                    None => options.get::<Option<String>>("macro_namespace")?,
                };
                let engine = &self.shared.engine;
                let found = engine.dispatch(&self.package, name, namespace.as_deref());
                return match found {
                    Some(found) => Ok(engine.macro_value(&self.shared, found)),
                    None => Ok(Value::from_object(DispatchedMacro { name: name.to_owned() })),
                };
            }
            "type" => return Ok(Value::from(globals.dialect.adapter_type())),
            "quote" | "quote_as_configured" => {
                let (name, _part): (Value, Option<Value>) = from_args(args)?;
                return Ok(Value::from(globals.dialect.quote(&name.to_string())));
            }
            "quote_seed_column" => {
                let (name, _quote): (Value, Option<Value>) = from_args(args)?;
                return Ok(Value::from(globals.dialect.quote(&name.to_string())));
            }
            "cache_added"
            | "cache_dropped"
            | "cache_renamed"
            | "commit"
            | "valid_snapshot_target"
            | "assert_valid_snapshot_target_given_strategy"
            | "verify_database" => {
                return Ok(Value::from(""));
            }
            _ => {}
        }
        if self.shared.scope.phase == Phase::Parse {
            return Ok(match method {
                "get_columns_in_relation"
                | "get_missing_columns"
                | "list_relations"
                | "list_schemas"
                | "list_relations_without_caching" => List::value(Vec::new()),
                _ => none(),
            });
        }
        let warehouse = self.warehouse(method)?;
        match method {
            "get_relation" => {
                let relation = self.named(args)?;
                let found = warehouse.relation(&relation).map_err(failed)?;
                Ok(found.map_or_else(none, relation_value))
            }
            "get_columns_in_relation" => {
                let (relation,): (Value,) = from_args(args)?;
                let columns = warehouse.columns(&relation_argument(&relation)?).map_err(failed)?;
                Ok(self.column_values(columns))
            }
            "get_missing_columns" => {
                let (from, to): (Value, Value) = from_args(args)?;
                let from = warehouse.columns(&relation_argument(&from)?).map_err(failed)?;
                let to = warehouse.columns(&relation_argument(&to)?).map_err(failed)?;
                let missing = from
                    .into_iter()
                    .filter(|column| {
                        !to.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name))
                    })
                    .collect();
                Ok(self.column_values(missing))
            }
            "create_schema" => {
                let (relation,): (Value,) = from_args(args)?;
                let relation = relation_argument(&relation)?;
                warehouse
                    .create_schema(relation.database.as_deref(), &relation.schema)
                    .map_err(failed)?;
                Ok(Value::from(""))
            }
            "drop_schema" => {
                let (relation,): (Value,) = from_args(args)?;
                let relation = relation_argument(&relation)?;
                warehouse
                    .drop_schema(relation.database.as_deref(), &relation.schema)
                    .map_err(failed)?;
                Ok(Value::from(""))
            }
            "drop_relation" => {
                let (relation,): (Value,) = from_args(args)?;
                warehouse.drop_relation(&relation_argument(&relation)?).map_err(failed)?;
                Ok(Value::from(""))
            }
            "rename_relation" => {
                let (from, to): (Value, Value) = from_args(args)?;
                warehouse
                    .rename_relation(&relation_argument(&from)?, &relation_argument(&to)?)
                    .map_err(failed)?;
                Ok(Value::from(""))
            }
            "check_schema_exists" => {
                let (database, schema): (Option<String>, String) = from_args(args)?;
                let found = warehouse.relations(database.as_deref(), &schema).map_err(failed)?;
                Ok(Value::from(!found.is_empty()))
            }
            "list_relations" | "list_relations_without_caching" => {
                let relation = match args.first().and_then(relation_of) {
                    Some(relation) => relation,
                    None => self.named(args)?,
                };
                let found = warehouse
                    .relations(relation.database.as_deref(), &relation.schema)
                    .map_err(failed)?;
                Ok(List::value(found.into_iter().map(relation_value).collect()))
            }
            "already_exists" => {
                let (schema, identifier): (String, String) = from_args(args)?;
                let relation =
                    Relation::new(globals.dialect, globals.database.clone(), schema, identifier);
                Ok(Value::from(warehouse.relation(&relation).map_err(failed)?.is_some()))
            }
            "expand_target_column_types" => Ok(Value::from("")),
            "execute" => {
                let (sql, _options): (&str, Kwargs) = from_args(args)?;
                let table = warehouse.run(sql).map_err(failed)?;
                let table = crate::jinja::objects::TableObject(Arc::new(table));
                Ok(Value::from(vec![Value::from("OK"), Value::from_object(table)]))
            }
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("`adapter.{method}` is not supported"),
            )),
        }
    }
}

/// `api.Relation` and `api.Column`.
#[derive(Debug)]
pub struct ApiObject {
    /// The dialect of the target.
    pub dialect: Dialect,
    /// The project's quoting.
    pub quoting: Quoting,
}

impl ApiObject {
    /// What the target and the project say.
    pub fn new(globals: &Globals) -> Self {
        Self { dialect: globals.dialect, quoting: globals.quoting }
    }
}

impl Object for ApiObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let Self { dialect, quoting } = **self;
        match key.as_str()? {
            "Relation" => Some(Value::from_object(RelationClass { dialect, quoting })),
            "Column" => Some(Value::from_object(ColumnClass(dialect))),
            _ => None,
        }
    }
}
