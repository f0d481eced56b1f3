//! A warehouse in memory or in a file, with short words for plans and rows.

#![allow(dead_code, reason = "each test file uses a part")]

use std::{future::Future, path::Path, sync::Arc, time::Duration};

use elt::{
    adapter::{
        Adapter, AdapterError, Cancel, PlanOutcome,
        duckdb::{DuckDbAdapter, DuckDbOptions},
    },
    manifest::UniqueId,
    plan::{Plan, Step, TableOptions},
    relation::{Cell, Column, Dialect, Relation},
};

/// The schema that tests write to.
pub const SCHEMA: &str = "s";

/// An adapter with its runtime.
pub struct Warehouse {
    pub adapter: Arc<DuckDbAdapter>,
    runtime: tokio::runtime::Runtime,
}

impl Warehouse {
    pub fn in_memory(dialect: Dialect) -> Self {
        Self::open(DuckDbOptions::new(dialect, ":memory:", "db")).expect("memory opens")
    }

    pub fn in_file(dialect: Dialect, path: &Path) -> Result<Self, AdapterError> {
        let mut options = DuckDbOptions::new(dialect, path, "db");
        options.lock_timeout = Duration::from_millis(300);
        Self::open(options)
    }

    pub fn open(options: DuckDbOptions) -> Result<Self, AdapterError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .expect("a runtime starts");
        Ok(Self { adapter: Arc::new(DuckDbAdapter::open(options)?), runtime })
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn relation(&self, name: &str) -> Relation {
        Relation::new(self.adapter.dialect(), Some("db".to_owned()), SCHEMA, name)
    }

    pub fn plan(&self, steps: Vec<Step>) -> Plan {
        Plan {
            context: Default::default(),
            unique_id: UniqueId::new("model.p.m"),
            materialization: "table".to_owned(),
            steps,
            relation: None,
        }
    }

    pub fn schema(&self) -> Step {
        Step::CreateSchema { database: Some("db".to_owned()), schema: SCHEMA.to_owned() }
    }

    pub fn create(&self, name: &str, query: &str) -> Step {
        Step::CreateTable {
            relation: self.relation(name),
            query: query.to_owned(),
            options: TableOptions::default(),
            temporary: false,
        }
    }

    pub fn table(&self, name: &str, query: &str) {
        let plan = self.plan(vec![self.schema(), self.create(name, query)]);
        self.apply(&plan).expect("the table is made");
    }

    pub fn apply(&self, plan: &Plan) -> Result<PlanOutcome, AdapterError> {
        self.wait(self.adapter.apply(plan, &Cancel::default()))
    }

    /// Rows as text, parted by commas; `{t}` in the query stands for a relation.
    pub fn rows(&self, sql: &str) -> String {
        let mut text = String::new();
        let mut rest = sql;
        while let Some((before, after)) = rest.split_once('{') {
            let name = after.split('}').next().unwrap_or_default();
            text.push_str(before);
            if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                text.push_str(&self.relation(name).to_string());
                rest = &after[name.len() + 1..];
            } else {
                text.push('{');
                rest = after;
            }
        }
        text.push_str(rest);
        let table = self
            .wait(self.adapter.query(&text, None, &Cancel::default()))
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let rows = table.rows.iter().map(|row| row.iter().map(show).collect::<Vec<_>>().join(" "));
        rows.collect::<Vec<_>>().join(", ")
    }

    pub fn columns(&self, name: &str) -> String {
        let columns = self.wait(self.adapter.columns(&self.relation(name)));
        let columns = columns.expect("the columns are known").unwrap_or_default();
        let columns = columns.iter().map(|column| format!("{} {}", column.name, column.data_type));
        columns.collect::<Vec<_>>().join(", ")
    }

    pub fn listed(&self) -> String {
        let listed = self.wait(self.adapter.relations(Some("db"), SCHEMA)).expect("a list");
        let listed = listed.iter().map(|relation| {
            let kind = relation.kind.map_or("?", |kind| kind.as_str());
            format!("{} {kind}", relation.identifier)
        });
        listed.collect::<Vec<_>>().join(", ")
    }
}

pub fn column(name: &str, data_type: &str) -> Column {
    Column { name: name.to_owned(), data_type: data_type.to_owned() }
}

fn show(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Text(text) | Cell::Decimal(text) => text.clone(),
        Cell::Int(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Bool(value) => value.to_string(),
        Cell::Bytes(bytes) => format!("{bytes:02x?}"),
        Cell::List(cells) => format!("{cells:?}"),
        Cell::Struct(fields) => format!("{fields:?}"),
    }
}
