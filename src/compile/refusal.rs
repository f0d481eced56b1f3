//! A warehouse that answers nothing and remembers that it was asked.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    jinja::Warehouse,
    relation::{Column, Relation, Table},
};

/// Finds out whether a template asks the warehouse, without asking it.
#[derive(Debug)]
pub struct RefusingWarehouse {
    was_asked: AtomicBool,
    why: String,
}

impl Default for RefusingWarehouse {
    fn default() -> Self {
        Self::because("the warehouse may not be asked yet".to_owned())
    }
}

impl RefusingWarehouse {
    /// One that says why it does not answer.
    pub fn because(why: String) -> Self {
        Self { was_asked: AtomicBool::new(false), why }
    }

    /// Whether it was asked.
    pub fn was_asked(&self) -> bool {
        self.was_asked.load(Ordering::Relaxed)
    }

    fn refuse<T>(&self) -> Result<T, String> {
        self.was_asked.store(true, Ordering::Relaxed);
        Err(self.why.clone())
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
