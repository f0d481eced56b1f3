//! `--defer`: what this target does not hold is read where an earlier run built it
//! (<https://docs.getdbt.com/reference/node-selection/defer>).

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{jinja::Warehouse, manifest::UniqueId, relation::Relation};

type Schema = (Option<String>, String);

/// Where references lead under `--defer`.
#[derive(Debug)]
pub struct Deferral {
    /// The relations of the earlier run, by node.
    relations: HashMap<UniqueId, Relation>,
    /// `--favor-state`: also for what exists here, but is not selected.
    favor_state: bool,
    /// What this command builds or tests.
    selected: BTreeSet<UniqueId>,
    /// What was seen in the schemas asked for so far.
    listed: Mutex<HashMap<Schema, Vec<Relation>>>,
}

impl Deferral {
    /// A deferral to these relations.
    pub fn new(
        relations: HashMap<UniqueId, Relation>,
        favor_state: bool,
        selected: BTreeSet<UniqueId>,
    ) -> Self {
        Self { relations, favor_state, selected, listed: Mutex::default() }
    }

    /// The relation of the earlier run that stands for a node's `own`, if it is to be read: where
    /// the node is not in the target, and with `--favor-state` where it is not selected.
    ///
    /// # Errors
    /// Why the warehouse cannot say what exists.
    pub fn relation(
        &self,
        id: &UniqueId,
        own: &Relation,
        warehouse: Option<&dyn Warehouse>,
    ) -> Result<Option<&Relation>, String> {
        let Some(earlier) = self.relations.get(id) else { return Ok(None) };
        let is_selected = self.selected.contains(id);
        if self.favor_state && !is_selected {
            return Ok(Some(earlier));
        }
        let exists = match warehouse {
            Some(warehouse) => self.exists(own, is_selected, warehouse)?,
            None => false,
        };
        Ok((!exists).then_some(earlier))
    }

    /// The earlier run's function that stands for one of this project which is not selected: which
    /// functions the target holds is not asked.
    pub fn function(&self, id: &UniqueId) -> Option<&Relation> {
        self.relations.get(id).filter(|_| !self.selected.contains(id))
    }

    /// The relation of the earlier run, whatever exists.
    pub fn earlier(&self, id: &UniqueId) -> Option<&Relation> {
        self.relations.get(id)
    }

    /// Whether the target holds a relation. What this command does not build stays as it was found;
    /// for the rest an answer of no is asked for again.
    fn exists(
        &self,
        own: &Relation,
        may_be_built: bool,
        warehouse: &dyn Warehouse,
    ) -> Result<bool, String> {
        let schema = (own.database.clone(), own.schema.clone());
        // Listed relations may leave the database out.
        let holds = |listed: &[Relation]| {
            listed.iter().any(|known| {
                Relation { database: own.database.clone(), ..known.clone() }.same_place(own)
            })
        };
        // Not held while the warehouse is asked: others would wait on threads that it may need.
        if let Some(known) = self.listed().get(&schema) {
            let found = holds(known);
            if found || !may_be_built {
                return Ok(found);
            }
        }
        let now = warehouse.relations(own.database.as_deref(), &own.schema)?;
        let found = holds(&now);
        self.listed().insert(schema, now);
        Ok(found)
    }

    fn listed(&self) -> MutexGuard<'_, HashMap<Schema, Vec<Relation>>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
