//! The rows.

use std::fmt::Write as _;

use duckdb::Connection;
use serde_json::{Map, Value};

use super::{
    fields::{engine_type, field},
    statement::{Name, Statement, lowered},
};

/// The rows of all tables.
pub struct Database {
    connection: Connection,
    project: String,
}

/// What a job gave.
#[derive(Debug, Default)]
pub struct Ran {
    pub fields: Vec<Value>,
    pub rows: Vec<Vec<Value>>,
    /// Rows that DML changed.
    pub changed: Option<usize>,
}

/// What is wrong, in the engine's words.
type Wrong = String;

impl Database {
    /// No tables, in one project.
    pub fn new(project: &str) -> Self {
        let connection = Connection::open_in_memory().expect("memory opens");
        let begin = format!(
            "attach ':memory:' as \"{project}\";
            create macro format_timestamp(format, value) as strftime(value, format);
            create macro timestamp_trunc(value, unit) as date_trunc(unit, value);
            create macro timestamp_sub(value, span) as value - span;
            create macro div(number, divisor) as number // divisor;"
        );
        connection.execute_batch(&begin).expect("an empty database takes it");
        Self { connection, project: project.to_owned() }
    }

    fn name(&self, (dataset, table): &Name) -> String {
        format!("\"{}\".\"{dataset}\".\"{table}\"", self.project)
    }

    fn run(&self, sql: &str) -> Result<usize, Wrong> {
        self.connection.execute(sql, []).map_err(|error| format!("{error} in {sql}"))
    }

    pub fn make_dataset(&self, dataset: &str) {
        let sql = format!("create schema if not exists \"{}\".\"{dataset}\"", self.project);
        self.run(&sql).expect("a schema can be made");
    }

    pub fn drop_dataset(&self, dataset: &str) {
        let sql = format!("drop schema if exists \"{}\".\"{dataset}\" cascade", self.project);
        self.run(&sql).expect("a schema can be dropped");
    }

    /// Drops a table or a view.
    pub fn drop_relation(&self, name: &Name) {
        let name = self.name(name);
        // Only one of them is right.
        let _ = self.run(&format!("drop table if exists {name}"));
        let _ = self.run(&format!("drop view if exists {name}"));
    }

    /// The columns of a relation.
    pub fn fields(&self, name: &Name) -> Result<Vec<Value>, Wrong> {
        self.described(&format!("describe {}", self.name(name)))
    }

    /// The columns of a query.
    pub fn query_fields(&self, sql: &str) -> Result<Vec<Value>, Wrong> {
        self.described(&format!("describe ({})", lowered(sql, &[])))
    }

    fn described(&self, sql: &str) -> Result<Vec<Value>, Wrong> {
        let wrong = |error: duckdb::Error| format!("{error} in {sql}");
        let mut statement = self.connection.prepare(sql).map_err(wrong)?;
        let rows = statement
            .query_map([], |row| Ok(field(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?)))
            .map_err(wrong)?;
        rows.collect::<Result<_, _>>().map_err(wrong)
    }

    /// How many rows a relation has.
    pub fn count(&self, name: &Name) -> usize {
        let sql = format!("select count(*) from {}", self.name(name));
        self.connection.query_row(&sql, [], |row| row.get(0)).unwrap_or(0)
    }

    /// All rows of a query as texts.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<Value>>, Wrong> {
        let wrong = |error: duckdb::Error| format!("{error} in {sql}");
        let text = format!("select columns(*)::varchar from ({sql})");
        let mut statement = self.connection.prepare(&text).map_err(wrong)?;
        let mut rows = statement.query([]).map_err(wrong)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(wrong)? {
            let columns = row.as_ref().column_count();
            let value = |at: usize| row.get::<_, Option<String>>(at).map(Value::from);
            all.push((0..columns).map(value).collect::<Result<_, _>>().map_err(wrong)?);
        }
        Ok(all)
    }

    /// Sets the parameters of a job: texts.
    pub fn set_parameters(&self, parameters: &[Value]) -> Result<(), Wrong> {
        for parameter in parameters {
            let text = |at: &str| parameter.pointer(at).and_then(Value::as_str);
            let (Some(name), Some("STRING"), Some(value)) =
                (text("/name"), text("/parameterType/type"), text("/parameterValue/value"))
            else {
                return Err(format!("no parameter that this server knows: {parameter}"));
            };
            self.run(&format!("set variable {name} = '{}'", value.replace('\'', "''")))?;
        }
        Ok(())
    }

    /// Runs a statement or a script. What a script does until it fails stays, unless it is in a
    /// transaction.
    pub fn script(&self, statements: &[Statement]) -> Result<Ran, Wrong> {
        let mut ran = Ran::default();
        let mut variables: Vec<String> = Vec::new();
        for statement in statements {
            let done = self.statement(statement, &mut variables, &mut ran);
            if let Err(wrong) = done {
                // There may be no transaction.
                let _ = self.run("rollback");
                return Err(wrong);
            }
        }
        Ok(ran)
    }

    fn statement(
        &self,
        statement: &Statement,
        variables: &mut Vec<String>,
        ran: &mut Ran,
    ) -> Result<(), Wrong> {
        if let Some((name, value)) = statement.declared() {
            self.run(&format!("set variable {name} = ({})", lowered(&value, variables)))?;
            variables.push(name);
            return Ok(());
        }
        let Some(sql) = statement.lowered(variables) else { return Ok(()) };
        if statement.is_query() {
            ran.rows = self.rows(&sql)?;
            ran.fields = self.query_fields(&sql)?;
            return Ok(());
        }
        let changed = self.run(&sql)?;
        if matches!(statement.kind(), "MERGE" | "INSERT" | "DELETE" | "UPDATE") {
            ran.changed = Some(ran.changed.unwrap_or(0) + changed);
        }
        Ok(())
    }

    /// Loads lines of JSON.
    pub fn load(
        &self,
        name: &Name,
        fields: &[Value],
        lines: &[u8],
        replaces: bool,
    ) -> Result<usize, Wrong> {
        let table = self.name(name);
        let columns: Vec<(String, String)> = fields
            .iter()
            .map(|field| (field["name"].as_str().unwrap_or("?").to_owned(), engine_type(field)))
            .collect();
        let list = columns.iter().map(|(name, kind)| format!("\"{name}\" {kind}"));
        let list = list.collect::<Vec<_>>().join(", ");
        let create =
            if replaces { "create or replace table" } else { "create table if not exists" };
        self.run(&format!("{create} {table} ({list})"))?;
        let mut count = 0;
        for line in String::from_utf8_lossy(lines).lines().filter(|line| !line.is_empty()) {
            let row: Map<String, Value> =
                serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))?;
            let mut sql = format!("insert into {table} values (");
            for (at, (name, kind)) in columns.iter().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                let text = match row.get(name) {
                    None | Some(Value::Null) => "null".to_owned(),
                    Some(value) if kind == "JSON" => {
                        format!("'{}'", value.to_string().replace('\'', "''"))
                    }
                    Some(Value::String(text)) => format!("'{}'", text.replace('\'', "''")),
                    Some(other) => format!("'{other}'"),
                };
                let _ = write!(sql, "{comma}cast({text} as {kind})");
            }
            self.run(&format!("{sql})"))?;
            count += 1;
        }
        Ok(count)
    }

    /// Copies rows that fulfil a condition over those that do, or whole tables.
    pub fn copy(
        &self,
        from: &Name,
        to: &Name,
        (condition, appends): (Option<&str>, bool),
    ) -> Result<usize, Wrong> {
        let (from, to) = (self.name(from), self.name(to));
        match condition {
            None if appends => self.run(&format!("insert into {to} select * from {from}")),
            None => self.run(&format!("create or replace table {to} as select * from {from}")),
            Some(condition) => {
                self.run(&format!("delete from {to} where {condition}"))?;
                self.run(&format!("insert into {to} select * from {from} where {condition}"))
            }
        }
    }
}
