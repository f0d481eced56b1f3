//! `delete+insert`: rows with a known key go, then all new rows come.

use super::incremental_plan::Change;
use crate::{
    diagnostic::Diagnostic,
    plan::{
        Step, TableOptions,
        materialize::{options::wrong, staging},
    },
};

pub(super) fn steps(change: Change<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = change.input.node;
    if change.keys.is_empty() {
        return Err(wrong(node, "the strategy `delete+insert` needs `unique_key`"));
    }
    let staged = staging(change.input);
    Ok(vec![
        Step::CreateTable {
            relation: staged.clone(),
            query: change.input.sql.to_owned(),
            options: TableOptions::default(),
            temporary: true,
        },
        Step::DeleteInsert {
            target: node.relation.clone(),
            staging: staged,
            predicates: change.predicates(),
            keys: change.keys,
            columns: change.columns,
        },
    ])
}
