//! Data tests: a query of failing rows, counted.

use crate::{
    compile::DataTestQuery,
    manifest::Node,
    plan::{Plan, Step, TableOptions},
    relation::{Relation, RelationKind},
};

/// Stores the failing rows where asked, then counts them
/// (<https://docs.getdbt.com/reference/resource-configs/store_failures>). `existing` is what is at
/// the place of the stored rows, its kind known.
pub fn plan_data_test(node: &Node, test: &DataTestQuery, existing: Option<&Relation>) -> Plan {
    let mut steps = Vec::new();
    if let Some(store) = &test.store {
        let relation = store.relation.clone();
        steps.push(Step::CreateSchema {
            database: relation.database.clone(),
            schema: relation.schema.clone(),
        });
        if let Some(existing) = existing.filter(|existing| existing.kind != relation.kind) {
            steps.push(Step::DropRelation { relation: existing.clone() });
        }
        let query = store.query.text().to_owned();
        let options = TableOptions::default();
        steps.push(match relation.kind {
            Some(RelationKind::View) => Step::CreateView { relation, query, options },
            _ => Step::CreateTable { relation, query, options, temporary: false },
        });
    }
    steps.push(Step::Query { sql: test.sql.text().to_owned() });
    Plan {
        context: Default::default(),
        unique_id: node.unique_id.clone(),
        materialization: "test".to_owned(),
        steps,
        relation: test.store.as_ref().map(|store| store.relation.clone()),
    }
}
