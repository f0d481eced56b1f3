//! A warehouse for templates: blocking calls over the async adapter.

use std::{future::Future, sync::Arc};

use tokio::runtime::Handle;

use super::{Adapter, AdapterError, Cancel};
use crate::{
    jinja::Warehouse,
    manifest::UniqueId,
    plan::{Plan, Step},
    project::JobContext,
    relation::{Column, Relation, RelationKind, Table},
};

/// What templates see of a warehouse (`run_query`, `adapter.*`). May be called from any thread,
/// those of the runtime included.
#[derive(Clone)]
pub struct BlockingWarehouse {
    adapter: Arc<dyn Adapter>,
    runtime: Handle,
    cancel: Cancel,
    /// What the warehouse is told of each job.
    context: JobContext,
}

impl BlockingWarehouse {
    /// A warehouse whose statements stop when `cancel` is raised.
    pub fn new(adapter: Arc<dyn Adapter>, runtime: Handle, cancel: Cancel) -> Self {
        Self { adapter, runtime, cancel, context: JobContext::default() }
    }

    /// The same warehouse, told this of each job.
    pub fn with_context(&self, context: JobContext) -> Self {
        Self { context, ..self.clone() }
    }

    fn wait<T>(&self, future: impl Future<Output = Result<T, AdapterError>>) -> Result<T, String> {
        let result = match Handle::try_current() {
            Ok(_) => tokio::task::block_in_place(|| self.runtime.block_on(future)),
            Err(_) => self.runtime.block_on(future),
        };
        result.map_err(|error| match error.help {
            Some(help) => format!("{}\n{help}", error.message),
            None => error.message,
        })
    }

    fn apply(&self, step: Step) -> Result<(), String> {
        let plan = Plan {
            context: self.context.clone(),
            unique_id: UniqueId::new("operation"),
            materialization: "operation".to_owned(),
            steps: vec![step],
            relation: None,
        };
        self.wait(self.adapter.apply(&plan, &self.cancel)).map(|_| ())
    }
}

impl std::fmt::Debug for BlockingWarehouse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlockingWarehouse")
    }
}

impl Warehouse for BlockingWarehouse {
    fn run(&self, sql: &str) -> Result<Table, String> {
        let asked = self.adapter.query_telling(sql, None, &self.context, &self.cancel);
        let outcome = self.wait(asked)?;
        self.context.spent.note(outcome.response);
        Ok(outcome.table.unwrap_or_default())
    }

    fn relation(&self, relation: &Relation) -> Result<Option<Relation>, String> {
        self.wait(self.adapter.find(relation))
    }

    fn relations(&self, database: Option<&str>, schema: &str) -> Result<Vec<Relation>, String> {
        self.wait(self.adapter.relations(database, schema))
    }

    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, String> {
        Ok(self.wait(self.adapter.columns(relation))?.unwrap_or_default())
    }

    fn create_schema(&self, database: Option<&str>, schema: &str) -> Result<(), String> {
        let database = database.map(str::to_owned);
        self.apply(Step::CreateSchema { database, schema: schema.to_owned() })
    }

    fn drop_schema(&self, database: Option<&str>, schema: &str) -> Result<(), String> {
        let database = database.map(str::to_owned);
        self.apply(Step::DropSchema { database, schema: schema.to_owned() })
    }

    fn drop_relation(&self, relation: &Relation) -> Result<(), String> {
        // What it is decides how it is dropped.
        let relation = match relation.kind {
            Some(_) => Some(relation.clone()),
            None => self.relation(relation)?,
        };
        relation.map_or(Ok(()), |relation| self.apply(Step::DropRelation { relation }))
    }

    fn rename_relation(&self, from: &Relation, to: &Relation) -> Result<(), String> {
        let kind = match from.kind {
            Some(kind) => kind,
            None => {
                self.relation(from)?.and_then(|found| found.kind).unwrap_or(RelationKind::Table)
            }
        };
        let from = Relation { kind: Some(kind), ..from.clone() };
        self.apply(Step::RenameRelation { from, to: to.identifier.clone() })
    }

    fn telling(&self, context: &JobContext) -> Option<Arc<dyn Warehouse>> {
        Some(Arc::new(self.with_context(context.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::Dialect;

    #[test]
    fn it_works_from_outside_and_inside_a_runtime() {
        use crate::adapter::duckdb::{DuckDbAdapter, DuckDbOptions};
        let options = DuckDbOptions::new(Dialect::DuckDb, ":memory:", "db");
        let adapter = Arc::new(DuckDbAdapter::open(options).expect("memory opens"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime starts");
        let warehouse =
            Arc::new(BlockingWarehouse::new(adapter, runtime.handle().clone(), Cancel::default()));
        warehouse.create_schema(Some("db"), "s").expect("a schema is made");
        warehouse.run("create table db.s.t as select 1 as a").expect("a table is made");
        let from = Relation::new(Dialect::DuckDb, Some("db".to_owned()), "s", "t");
        let to = from.with_identifier("u");
        let inside = Arc::clone(&warehouse);
        let moved = to.clone();
        let renamed = runtime.block_on(async move {
            tokio::spawn(async move { inside.rename_relation(&from, &moved) }).await
        });
        renamed.expect("no panic").expect("the table is renamed");
        assert_eq!(warehouse.columns(&to).map(|columns| columns.len()), Ok(1));
        warehouse.drop_relation(&to).expect("the table is dropped");
        assert_eq!(warehouse.relation(&to), Ok(None));
        warehouse.drop_schema(Some("db"), "s").expect("the schema is dropped");
    }
}
