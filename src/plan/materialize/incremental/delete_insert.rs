//! `delete+insert`: rows with a known key go, then all new rows come.

use super::incremental_plan::Change;
use crate::{
    diagnostic::Diagnostic,
    plan::{
        RowSource, Step, TableOptions,
        materialize::{options::wrong, staging},
    },
};

pub(super) fn steps(change: Change<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = change.input.node;
    if change.keys.is_empty() {
        return Err(wrong(node, "the strategy `delete+insert` needs `unique_key`"));
    }
    let staged = staging(&node.relation);
    let rows = RowSource::Relation(staged.clone());
    Ok(vec![
        Step::CreateTable {
            relation: staged,
            query: change.input.sql.to_owned(),
            options: TableOptions::default(),
            temporary: true,
        },
        Step::DeleteMatching {
            target: node.relation.clone(),
            rows: rows.clone(),
            predicates: change.predicates(),
            keys: change.keys,
        },
        Step::Insert { target: node.relation.clone(), columns: change.columns, rows },
    ])
}
