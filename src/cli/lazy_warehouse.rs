//! A warehouse that is opened when a template first asks it, so that commands which ask nothing
//! neither create nor lock a database.

use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;

use super::{
    open_adapter::{JobLimits, open_within},
    session::Session,
    wish_to_stop::WishToStop,
};
use crate::{
    adapter::{BlockingWarehouse, bigquery::Tell},
    jinja::Warehouse,
    project::{JobContext, Project},
    relation::{Column, Relation, Table},
};

/// Opens the target's warehouse on first use.
pub struct LazyWarehouse {
    project: Project,
    invocation: String,
    max_bytes: Option<u64>,
    tell: Tell,
    stop: WishToStop,
    handle: Handle,
    opened: Arc<OnceLock<Result<BlockingWarehouse, String>>>,
    /// What the warehouse is told of each job.
    context: JobContext,
}

impl LazyWarehouse {
    /// A warehouse of the session's target, not opened yet.
    pub fn new(session: &Session, handle: Handle) -> Arc<Self> {
        Arc::new(Self {
            project: session.project.clone(),
            invocation: session.invocation.id.clone(),
            max_bytes: session.global.prices.max_bytes,
            tell: session.tell(),
            stop: session.stop.clone(),
            handle,
            opened: Arc::default(),
            context: JobContext::default(),
        })
    }

    fn open(&self) -> Result<BlockingWarehouse, String> {
        let limits = JobLimits {
            invocation: Some(&self.invocation),
            max_bytes: self.max_bytes,
            tell: Some(&self.tell),
            is_written_steadily: false,
        };
        let opened = self.opened.get_or_init(|| match open_within(&self.project, &limits, None) {
            Ok(adapter) => {
                // What runs from now on must not go on without this process.
                let cancel = self.stop.listen().clone();
                Ok(BlockingWarehouse::new(adapter, self.handle.clone(), cancel))
            }
            Err(problem) => Err(problem.message),
        });
        let opened = opened.as_ref().map_err(Clone::clone)?;
        Ok(opened.with_context(self.context.clone()))
    }
}

impl Warehouse for LazyWarehouse {
    fn run(&self, sql: &str) -> Result<Table, String> {
        self.open()?.run(sql)
    }

    fn relation(&self, relation: &Relation) -> Result<Option<Relation>, String> {
        self.open()?.relation(relation)
    }

    fn relations(&self, database: Option<&str>, schema: &str) -> Result<Vec<Relation>, String> {
        self.open()?.relations(database, schema)
    }

    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, String> {
        self.open()?.columns(relation)
    }

    fn create_schema(&self, database: Option<&str>, schema: &str) -> Result<(), String> {
        self.open()?.create_schema(database, schema)
    }

    fn drop_schema(&self, database: Option<&str>, schema: &str) -> Result<(), String> {
        self.open()?.drop_schema(database, schema)
    }

    fn drop_relation(&self, relation: &Relation) -> Result<(), String> {
        self.open()?.drop_relation(relation)
    }

    fn rename_relation(&self, from: &Relation, to: &Relation) -> Result<(), String> {
        self.open()?.rename_relation(from, to)
    }

    fn telling(&self, context: &JobContext) -> Option<Arc<dyn Warehouse>> {
        Some(Arc::new(Self {
            project: self.project.clone(),
            invocation: self.invocation.clone(),
            max_bytes: self.max_bytes,
            tell: self.tell.clone(),
            handle: self.handle.clone(),
            stop: self.stop.clone(),
            opened: Arc::clone(&self.opened),
            context: context.clone(),
        }))
    }
}
