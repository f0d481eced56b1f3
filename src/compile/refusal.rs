//! A warehouse that answers nothing and remembers that it was asked.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    jinja::Warehouse,
    relation::{Column, Relation, Table},
};

/// Finds out whether a template asks the warehouse, without asking it.
#[derive(Debug, Default)]
pub struct RefusingWarehouse(AtomicBool);

impl RefusingWarehouse {
    /// Whether it was asked.
    pub fn was_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn refuse<T>(&self) -> Result<T, String> {
        self.0.store(true, Ordering::Relaxed);
        Err("the warehouse may not be asked yet".to_owned())
    }
}

impl Warehouse for RefusingWarehouse {
    fn run(&self, _sql: &str) -> Result<Table, String> {
        self.refuse()
    }
    fn relation(&self, _relation: &Relation) -> Result<Option<Relation>, String> {
        self.refuse()
    }
    fn relations(&self, _database: Option<&str>, _schema: &str) -> Result<Vec<Relation>, String> {
        self.refuse()
    }
    fn columns(&self, _relation: &Relation) -> Result<Vec<Column>, String> {
        self.refuse()
    }
    fn create_schema(&self, _database: Option<&str>, _schema: &str) -> Result<(), String> {
        self.refuse()
    }
    fn drop_schema(&self, _database: Option<&str>, _schema: &str) -> Result<(), String> {
        self.refuse()
    }
    fn drop_relation(&self, _relation: &Relation) -> Result<(), String> {
        self.refuse()
    }
    fn rename_relation(&self, _from: &Relation, _to: &Relation) -> Result<(), String> {
        self.refuse()
    }
}
