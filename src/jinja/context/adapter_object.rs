//! `adapter.*` and `api.*`.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, from_args},
};

use super::{
    Shared,
    adapter_methods::{is_method, refusal, unknown, without_warehouse},
};
use crate::{
    jinja::{
        Globals, Phase, Warehouse,
        arguments::Arguments,
        columns::ColumnClass,
        list::List,
        macro_object::{DispatchedMacro, not_implemented},
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

    /// `adapter.dispatch(macro_name, macro_namespace=none)`.
    fn dispatch(&self, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("adapter.dispatch", args)?;
        if given.named.has("packages") {
            let message = "takes no `packages`; give the namespace of the macro, as in";
            return Err(given.wrong(format!("{message} `adapter.dispatch('name', 'package')`")));
        }
        let name = given.text(0, "macro_name")?;
        let namespace: Option<String> = given.get(1, "macro_namespace")?;
        given.finish(2)?;
        if let Some((package, own)) = name.split_once('.') {
            let message = format!("`{name}` is no name of a macro; write it like");
            return Err(given.wrong(format!("{message} `adapter.dispatch('{own}', '{package}')`")));
        }
        let engine = &self.shared.engine;
        match engine.dispatch(&self.package, &name, namespace.as_deref()) {
            Some(found) => Ok(engine.macro_value(&self.shared, found)),
            None if self.shared.scope.phase == Phase::Parse => {
                Ok(Value::from_object(DispatchedMacro { name }))
            }
            None => Err(not_implemented(&name)),
        }
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
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let globals = &self.shared.scope.globals;
        let none = || Value::from(());
        match method {
            "dispatch" => return self.dispatch(args),
            "type" => return Ok(Value::from(globals.dialect.adapter_type())),
            "cache_added" | "cache_dropped" | "cache_renamed" => return Ok(Value::from("")),
            "commit"
            | "expand_target_column_types"
            | "valid_snapshot_target"
            | "assert_valid_snapshot_target_given_strategy" => return Ok(none()),
            _ => {}
        }
        if let Some(answer) = without_warehouse(globals, state, method, args) {
            return answer;
        }
        if let Some(refusal) = refusal(globals.dialect, method) {
            return Err(refusal);
        }
        if self.shared.scope.phase == Phase::Parse {
            return Ok(match method {
                "get_columns_in_relation"
                | "get_columns_in_table"
                | "get_column_schema_from_query"
                | "get_missing_columns"
                | "list_relations"
                | "list_relations_without_caching" => List::value(Vec::new()),
                "already_exists" | "check_schema_exists" | "get_columns_in_select_sql" => {
                    Value::from(false)
                }
                _ => none(),
            });
        }
        if !is_method(globals.dialect, method) {
            return Err(unknown(globals.dialect, method));
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
            "get_columns_in_table" => {
                let given = Arguments::new("adapter.get_columns_in_table", args)?;
                let (schema, name) = (given.text(0, "schema")?, given.text(1, "identifier")?);
                let relation =
                    Relation::new(globals.dialect, globals.database.clone(), schema, name);
                Ok(self.column_values(warehouse.columns(&relation).map_err(failed)?))
            }
            "get_columns_in_select_sql" | "get_column_schema_from_query" => {
                let given = Arguments::new("adapter.get_column_schema_from_query", args)?;
                let sql: Value =
                    given.required(0, "sql").or_else(|_| given.required(0, "select_sql"))?;
                let columns = warehouse.run(&sql.to_string()).map_err(failed)?.columns;
                let all = columns.iter().map(|one| ColumnObject::of(one, globals.dialect));
                let all: Vec<Value> = match method {
                    "get_column_schema_from_query" => {
                        all.flat_map(|one| one.flatten()).map(Value::from_object).collect()
                    }
                    _ => all.map(Value::from_object).collect(),
                };
                Ok(List::value(all))
            }
            "truncate_relation" => {
                let (relation,): (Value,) = from_args(args)?;
                let relation = relation_argument(&relation)?;
                warehouse.run(&format!("truncate table {relation}")).map_err(failed)?;
                Ok(none())
            }
            "alter_table_add_columns" => {
                let (relation, columns): (Value, Value) = from_args(args)?;
                let relation = relation_argument(&relation)?;
                for column in columns.try_iter()? {
                    let part = |name| column.get_attr(name).map(|value| value.to_string());
                    let (name, data_type) = (part("quoted")?, part("data_type")?);
                    let sql = format!("alter table {relation} add column {name} {data_type}");
                    warehouse.run(&sql).map_err(failed)?;
                }
                Ok(none())
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
            "execute" => {
                let (sql, _options): (&str, Kwargs) = from_args(args)?;
                let table = warehouse.run(sql).map_err(failed)?;
                let table = crate::jinja::objects::TableObject(Arc::new(table));
                Ok(Value::from(vec![Value::from("OK"), Value::from_object(table)]))
            }
            _ => Err(unknown(globals.dialect, method)),
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
