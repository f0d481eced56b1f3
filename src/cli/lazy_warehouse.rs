//! A warehouse that is opened when a template first asks it, so that commands which ask nothing
//! neither create nor lock a database.

use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;

use super::open_adapter::open_adapter;
use crate::{
    adapter::{BlockingWarehouse, Cancel},
    jinja::Warehouse,
    project::Project,
    relation::{Column, Relation, Table},
};

/// Opens the target's warehouse on first use.
pub struct LazyWarehouse {
    project: Project,
    handle: Handle,
    opened: OnceLock<Result<BlockingWarehouse, String>>,
}

impl LazyWarehouse {
    /// A warehouse of the project's target, not opened yet.
    pub fn new(project: Project, handle: Handle) -> Arc<Self> {
        Arc::new(Self { project, handle, opened: OnceLock::new() })
    }

    fn open(&self) -> Result<&BlockingWarehouse, String> {
        let opened = self.opened.get_or_init(|| match open_adapter(&self.project) {
            Ok(adapter) => {
                Ok(BlockingWarehouse::new(adapter, self.handle.clone(), Cancel::default()))
            }
            Err(problem) => Err(problem.message),
        });
        opened.as_ref().map_err(Clone::clone)
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
}
