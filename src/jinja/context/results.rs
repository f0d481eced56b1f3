//! `run_query`, `statement`, and the results that templates keep by name
//! (<https://docs.getdbt.com/reference/dbt-jinja-functions/statement-blocks>).

use std::sync::{Arc, PoisonError};

use minijinja::{
    Error, State, Value,
    value::{Object, ObjectRepr},
};

use super::functions::{Builtin, invalid};
use crate::{
    jinja::{Phase, arguments::Arguments, dict::Dict, list::List, objects::TableObject},
    relation::Table,
};

/// What the warehouse said of a statement: prints as its message.
#[derive(Debug)]
struct Response {
    message: Value,
    code: Value,
    rows_affected: Value,
}

impl Object for Response {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "_message" => self.message.clone(),
            "code" => self.code.clone(),
            "rows_affected" => self.rows_affected.clone(),
            _ => return None,
        })
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::jinja::python_text::text(&self.message))
    }
}

impl Builtin {
    fn run(&self, sql: &str) -> Result<Table, Error> {
        let warehouse = self.shared.scope.host.warehouse().ok_or_else(|| {
            invalid("this template asks the warehouse, and this command connects to none")
        })?;
        warehouse.run(sql).map_err(|message| {
            invalid(format!("the warehouse refused a query of this template: {message}"))
        })
    }

    /// `run_query(sql)`.
    pub(super) fn run_query(&self, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("run_query", args)?;
        let sql: Value = given.required(0, "sql")?;
        given.finish(1)?;
        if self.shared.scope.phase == Phase::Parse {
            // dbt gives None here, and templates guard with `execute`.
            return Ok(Value::from(()));
        }
        Ok(Value::from_object(TableObject(Arc::new(self.run(&sql.to_string())?))))
    }

    /// `{% call statement('name', fetch_result=True) %}`: the result is kept under the name.
    pub(super) fn statement(
        &self,
        state: &mut State<'_, '_>,
        args: &[Value],
    ) -> Result<Value, Error> {
        let given = Arguments::new("statement", args)?;
        let name: Option<String> = given.get(0, "name")?;
        let fetch = given.get::<bool>(1, "fetch_result")?.unwrap_or(false);
        let caller: Value = given.named.get("caller")?;
        let sql = caller.call(state, &[])?.to_string();
        if self.shared.scope.phase == Phase::Parse {
            return Ok(Value::from(""));
        }
        let table = self.run(&sql)?;
        if let Some(name) = name {
            // How many rows a statement changed is not told.
            let (table, count) = match fetch {
                true => (
                    Value::from_object(TableObject(Arc::new(table.clone()))),
                    Some(table.rows.len()),
                ),
                false => (Value::from(()), None),
            };
            let ok = Value::from("OK");
            let response =
                Response { message: ok.clone(), code: ok, rows_affected: Value::from(count) };
            self.keep(name, Value::from_object(response), table);
        }
        Ok(Value::from(""))
    }

    fn keep(&self, name: String, response: Value, table: Value) {
        let data = match table.is_none() {
            true => List::value(Vec::new()),
            false => table.get_attr("rows").unwrap_or_default(),
        };
        let table = match table.is_none() {
            true => Value::from_object(TableObject(Arc::default())),
            false => table,
        };
        let result = Dict::value([
            (Value::from("response"), response),
            (Value::from("data"), data),
            (Value::from("table"), table),
        ]);
        let mut results = self.shared.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.insert(name, result);
    }

    /// `load_result(name)`; none where nothing is kept.
    pub(super) fn load_result(&self, args: &[Value]) -> Result<Value, Error> {
        let name = Arguments::new("load_result", args)?.text(0, "name")?;
        let results = self.shared.results.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(results.get(&name).cloned().unwrap_or_else(|| Value::from(())))
    }

    /// `store_result(name, response, agate_table=none)`.
    pub(super) fn store_result(&self, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("store_result", args)?;
        let response: Value = given.required(1, "response")?;
        let table = given.get(2, "agate_table")?.unwrap_or_else(|| Value::from(()));
        self.keep(given.text(0, "name")?, response, table);
        given.finish(3)?;
        Ok(Value::from(""))
    }

    /// `store_raw_result(name, message=none, code=none, rows_affected=none, agate_table=none)`.
    pub(super) fn store_raw_result(&self, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("store_raw_result", args)?;
        let part = |at, name| -> Result<Value, Error> {
            Ok(given.get(at, name)?.unwrap_or_else(|| Value::from(())))
        };
        let response = Response {
            message: part(1, "message")?,
            code: part(2, "code")?,
            rows_affected: part(3, "rows_affected")?,
        };
        let table = part(4, "agate_table")?;
        self.keep(given.text(0, "name")?, Value::from_object(response), table);
        given.finish(5)?;
        Ok(Value::from(""))
    }
}
